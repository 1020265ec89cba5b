package io.beambatch.ledger;

import io.beambatch.storage.DurableFolders;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Record files on local disk. A file is written under a temporary name, forced to disk, and
 * hard-linked to its final name; the file system lets only one writer create that link.
 */
final class DiskRecordFiles implements RecordFiles {
  private static final String TEMPORARY = ".";

  private final Path root;

  /** Stores files below a folder, which need not exist yet. */
  DiskRecordFiles(Path root) {
    this.root = root;
  }

  @Override
  public Optional<String> read(String path) throws IOException {
    try {
      return Optional.of(Files.readString(root.resolve(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean create(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Path folder = Objects.requireNonNull(file.getParent());
    DurableFolders.create(folder);
    if (Files.exists(file)) {
      return false;
    }
    Path temporary = folder.resolve(TEMPORARY + UUID.randomUUID() + ".tmp");
    try {
      write(temporary, content);
      Files.createLink(file, temporary);
      DurableFolders.force(folder);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (UnsupportedOperationException e) {
      throw new IOException(
          "the staging folder "
              + root
              + " is on a file system without hard links, which the ledger needs; choose another"
              + " with --staging",
          e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void write(Path file, String content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            DurableFolders.ownFile())) {
      ByteBuffer buffer = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  @Override
  public List<Found> list(String folder) throws IOException {
    Path start = root.resolve(folder);
    return Storage.sizes(start.toString()).keySet().stream()
        .filter(name -> !isTemporary(name))
        .map(name -> new Found(folder + "/" + name, null))
        .toList();
  }

  private static boolean isTemporary(String name) {
    return name.substring(name.lastIndexOf('/') + 1).startsWith(TEMPORARY);
  }
}
