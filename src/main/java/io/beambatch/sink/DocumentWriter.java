package io.beambatch.sink;

import io.beambatch.result.ResultFile;
import io.beambatch.storage.RunFolder;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes documents in one format, one after the other. All formats of files and rows are written
 * through {@link #copy}, which reads a result file line by line and checks that it is complete.
 */
public interface DocumentWriter extends Closeable {
  /**
   * Writes one document.
   *
   * @param buffer holds the document, a JSON object, between the two indices
   * @throws IOException if it doesn't fit; the message names the field, and shows no contents
   */
  void add(byte[] buffer, int from, int to) throws IOException;

  /** Flushes the rest. The underlying stream stays open for the caller. */
  @Override
  void close() throws IOException;

  /** Writes JSON lines, byte for byte. */
  static DocumentWriter ofJsonLines(OutputStream to) {
    OutputStream out = new BufferedOutputStream(to, 1 << 16);
    return new DocumentWriter() {
      @Override
      public void add(byte[] buffer, int from, int to) throws IOException {
        out.write(buffer, from, to - from);
        out.write('\n');
      }

      @Override
      public void close() throws IOException {
        out.flush();
      }
    };
  }

  /**
   * Writes all documents of a result file, and closes the writer.
   *
   * @param folder of the run
   * @throws IOException naming the line that doesn't fit, or if there is another number of
   *     documents than recorded
   */
  static void copy(ResultFile file, RunFolder folder, DocumentWriter to) throws IOException {
    try (to) {
      file.read(folder, to::add);
    }
  }
}
