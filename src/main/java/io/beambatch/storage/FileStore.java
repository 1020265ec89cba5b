package io.beambatch.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/**
 * A kind of place where files are. A path names one file; characters that stand for others in
 * patterns mean nothing here.
 */
interface FileStore {

  /**
   * Where a path leads.
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

  /** Opens a file to be read from a place, in bytes from the start. */
  InputStream open(String path, long offset) throws IOException;

  /** Creates a file that is not there yet. What was written is safe once the stream is closed. */
  OutputStream create(String path) throws IOException;

  /** Puts a file in the place of another, which may be there; all of it at once. */
  void move(String from, String to) throws IOException;

  /** The size in bytes; {@link FileNotFoundException} if there is no such file. */
  long size(String path) throws IOException;

  /** The names of the files in a folder, in any order; none if it isn't there. */
  List<String> list(String folder) throws IOException;

  /** Deletes files; those that are not there are no error. */
  void delete(List<String> paths) throws IOException;

  /** Deletes a folder with all that is in it; one that isn't there is no error. */
  void deleteFolder(String folder) throws IOException;
}
