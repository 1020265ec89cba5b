package io.beambatch.json;

/**
 * Finds the ends of records in bytes that arrive in pieces, keeping its state from piece to piece.
 * Not thread-safe.
 */
public interface RecordScanner {

  /**
   * Continues where the last call ended.
   *
   * @return the index after the first record that ends between the two indices, or -1 if none does
   *     and the record continues in the next piece
   */
  int scan(byte[] bytes, int from, int to);

  /** The line feeds passed so far. */
  long lines();

  /** Treats each line as a record; a line ends with a line feed. */
  static RecordScanner ofLines() {
    return new RecordScanner() {
      private long lines;

      @Override
      public int scan(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
          if (bytes[i] == '\n') {
            lines++;
            return i + 1;
          }
        }
        return -1;
      }

      @Override
      public long lines() {
        return lines;
      }
    };
  }
}
