package io.beambatch.storage;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Who may read a new file or folder on local disk. In Cloud Storage, the bucket decides for all of
 * its objects; on Windows, the parent folder decides.
 */
enum Access {
  /** Only its owner: the documents and prompts of a run are private. */
  OWNER("rw-------", "rwx------"),

  /** Whoever the process's umask allows: delivered files are for others. */
  UMASK(null, null);

  private static final boolean HAS_MODES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private final @Nullable String file;
  private final @Nullable String folder;

  Access(@Nullable String file, @Nullable String folder) {
    this.file = file;
    this.folder = folder;
  }

  FileAttribute<?>[] ofFile() {
    return attributes(file);
  }

  FileAttribute<?>[] ofFolder() {
    return attributes(folder);
  }

  private static FileAttribute<?>[] attributes(@Nullable String mode) {
    return mode == null || !HAS_MODES
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        };
  }
}
