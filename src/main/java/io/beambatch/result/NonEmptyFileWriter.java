package io.beambatch.result;

import io.beambatch.storage.Storage.PendingFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a file that appears, complete, if and only if a line was added. */
final class NonEmptyFileWriter implements Closeable {
  private final String path;
  private @Nullable PendingFile file;
  private int lines;

  NonEmptyFileWriter(String path) {
    this.path = path;
  }

  /** Begins the next line; the caller writes all of it. */
  OutputStream line() throws IOException {
    if (file == null) {
      file = PendingFile.create(path);
    }
    lines++;
    return file.stream();
  }

  /** The file's name without its folders. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  int lines() {
    return lines;
  }

  void commit() throws IOException {
    if (file != null) {
      file.commit();
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
