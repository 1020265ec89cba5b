package io.beambatch.storage;

import io.beambatch.error.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * A file system: local disk or Google Cloud Storage. A path names one file; characters of patterns
 * have no meaning in it.
 */
interface FileStore {

  /**
   * The file system of a path.
   *
   * @throws IllegalArgumentException if that is neither local disk nor Google Cloud Storage
   */
  static FileStore of(String path) {
    if (path.startsWith(GcsFiles.SCHEME)) {
      return GcsFiles.INSTANCE;
    }
    if (path.contains("://") && !path.startsWith(LocalFiles.SCHEME)) {
      throw new IllegalArgumentException(
          path + ": only local paths, and those that begin with gs://, are known");
    }
    return LocalFiles.INSTANCE;
  }

  /** Opens a file to be read from an offset in bytes. */
  InputStream open(String path, long offset) throws IOException;

  /**
   * Makes sure that a file is in a folder, and not a link that leads out of it; a file that isn't
   * there passes.
   *
   * @throws UserException if it isn't
   */
  void requireWithin(String folder, String path) throws IOException;

  /** Creates a file that is not there yet; it survives a power cut once the stream is closed. */
  OutputStream create(String path, Access access) throws IOException;

  /** Makes a folder for its owner alone, below others that are as usual, if it isn't there. */
  void createFolder(String folder) throws IOException;

  /** Renames a file, in place of one that may be there, atomically. */
  void move(String from, String to) throws IOException;

  /** The size in bytes; {@link FileNotFoundException} if there is no such file. */
  long size(String path) throws IOException;

  /** The names of the files in a folder, in any order; none if it isn't there. */
  List<String> list(String folder) throws IOException;

  /** Shows all files in a folder and in its folders, in any order; none if it isn't there. */
  void walk(String folder, Visitor visitor) throws IOException;

  /** Deletes files; those that are not there are no error. */
  void delete(List<String> paths) throws IOException;

  /** Deletes a folder with all that is in it; one that isn't there is no error. */
  void deleteFolder(String folder) throws IOException;

  /** Is shown files. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Is shown a file.
     *
     * @param path below the folder, with {@code /} between names
     * @param bytes its size
     */
    void visit(String path, long bytes) throws IOException;
  }
}
