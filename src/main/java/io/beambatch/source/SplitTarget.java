package io.beambatch.source;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the bytes of splits are written while a file is cut. */
interface SplitTarget extends AutoCloseable {

  /** Adds bytes to the current split. */
  void write(byte[] bytes, int from, int to) throws IOException;

  /**
   * Ends the current split.
   *
   * @param from offset of its first byte in the (decompressed) file
   * @param to offset after its last byte
   */
  FileSplit end(String file, long from, long to, long line, @Nullable List<String> header)
      throws IOException;

  /** Discards what was written since the last end. */
  void discard() throws IOException;

  @Override
  void close() throws IOException;

  /** Leaves the bytes in the source file. */
  static SplitTarget inPlace(String path) {
    return new SplitTarget() {
      @Override
      public void write(byte[] bytes, int from, int to) {}

      @Override
      public FileSplit end(
          String file, long from, long to, long line, @Nullable List<String> header) {
        return new FileSplit(file, path, from, to - from, line, header);
      }

      @Override
      public void discard() {}

      @Override
      public void close() {}
    };
  }
}
