package io.beambatch.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import org.jspecify.annotations.Nullable;

/**
 * Creates folders whose entries survive a power cut: a file's bytes are useless if its name is
 * gone.
 */
public final class DurableFolders {
  /** Windows can't open folders, and makes their entries durable by itself. */
  private static final boolean CAN_FORCE =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private DurableFolders() {}

  /** Creates a folder, and missing parents, that only its owner can read. */
  public static void create(Path folder) throws IOException {
    create(folder, Access.OWNER);
  }

  static void create(Path folder, Access access) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      create(parent, access);
    }
    try {
      Files.createDirectory(folder, access.ofFolder());
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw new IOException(folder + " (Not a directory)", e);
      }
    }
    force(parent);
  }

  /** The attributes of a new file that only its owner can read. */
  public static FileAttribute<?>[] ownFile() {
    return Access.OWNER.ofFile();
  }

  /** Forces a folder's entries to disk. */
  public static void force(@Nullable Path folder) throws IOException {
    if (folder != null && CAN_FORCE) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
