package io.beambatch.source;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where the bytes of slices go while a file is cut. */
interface SliceTarget extends AutoCloseable {

  /** Takes bytes of the current slice. */
  void write(byte[] bytes, int from, int to) throws IOException;

  /**
   * Ends the current slice.
   *
   * @param from offset of its first byte in the (decompressed) file
   * @param to offset behind its last byte
   */
  Slice end(String file, long from, long to, long line, @Nullable CsvHeader header)
      throws IOException;

  @Override
  void close() throws IOException;

  /** Leaves the bytes in the source file. */
  static SliceTarget inPlace(String path) {
    return new SliceTarget() {
      @Override
      public void write(byte[] bytes, int from, int to) {}

      @Override
      public Slice end(String file, long from, long to, long line, @Nullable CsvHeader header) {
        return new Slice(file, path, from, to - from, line, header);
      }

      @Override
      public void close() {}
    };
  }
}
