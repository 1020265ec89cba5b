package io.beambatch.storage;

import io.beambatch.error.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;

/**
 * A file system: local disk or Google Cloud Storage. A path names one file; wildcard characters
 * have no meaning in it.
 */
interface FileStore {

  /**
   * The file system of a path.
   *
   * @throws IllegalArgumentException if no file system knows it
   */
  static FileStore of(String path) {
    if (path.equals(GcsFiles.SCHEME) || path.startsWith(GcsFiles.SCHEME + "/")) {
      throw new IllegalArgumentException(path + ": names no bucket; write gs://bucket/folder");
    }
    if (path.startsWith(GcsFiles.SCHEME)) {
      FileSystemOptions.setUp();
      return GcsFiles.INSTANCE;
    }
    for (FileStore further : Further.ALL) {
      if (further.has(path)) {
        return further;
      }
    }
    if (path.contains("://") && !path.startsWith(LocalFiles.SCHEME)) {
      throw new IllegalArgumentException(
          path + ": only local paths, and those that begin with gs://, are known");
    }
    return LocalFiles.INSTANCE;
  }

  /** File systems that are on the class path as services, such as one of a simulation. */
  final class Further {
    static final List<FileStore> ALL =
        ServiceLoader.load(FileStore.class, FileStore.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    private Further() {}
  }

  /** Returns whether a further file system is the one of a path. */
  default boolean has(String path) {
    return false;
  }

  /** Opens a file for reading from an offset in bytes. */
  InputStream open(String path, long offset) throws IOException;

  /**
   * Checks that a file is in a folder, and not a link that leads out of it; a missing file passes.
   *
   * @throws UserException if it isn't
   */
  void requireWithin(String folder, String path) throws IOException;

  /** Creates a file that doesn't exist yet; it survives a power cut once the stream is closed. */
  OutputStream create(String path, Access access) throws IOException;

  /**
   * Creates a folder for its owner only, if it doesn't exist; missing parents get default
   * permissions.
   */
  void createFolder(String folder) throws IOException;

  /** Renames a file atomically, replacing an existing one. */
  void move(String from, String to) throws IOException;

  /** The size in bytes; {@link FileNotFoundException} if the file doesn't exist. */
  long size(String path) throws IOException;

  /** The names of the files in a folder, in any order; none if it doesn't exist. */
  List<String> list(String folder) throws IOException;

  /** Visits all files in a folder and its subfolders, in any order; none if it doesn't exist. */
  void walk(String folder, Visitor visitor) throws IOException;

  /** Deletes files; a missing one is no error. */
  void delete(List<String> paths) throws IOException;

  /** Deletes a folder with everything in it; a missing one is no error. */
  void deleteFolder(String folder) throws IOException;

  /** Runs what waits for the file system while the caller goes on. */
  default Executor background() {
    return task -> {
      Thread thread = new Thread(task, "close-files");
      thread.setDaemon(true);
      thread.start();
    };
  }

  /** Visits files. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Visits a file.
     *
     * @param path below the folder, with {@code /} between names
     * @param bytes its size
     */
    void visit(String path, long bytes) throws IOException;
  }
}
