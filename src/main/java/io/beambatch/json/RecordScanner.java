package io.beambatch.json;

/**
 * Finds where records end in bytes that come in pieces; keeps its place from piece to piece. Not
 * safe to share between threads.
 */
public interface RecordScanner {

  /**
   * Goes on from where the last call ended.
   *
   * @return the index just past the first record that ends between the two indices, or -1 if none
   *     does and the record goes on in the next piece
   */
  int scan(byte[] bytes, int from, int to);

  /** The line feeds passed so far. */
  long lines();

  /** A record a line; a line ends with a line feed. */
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
