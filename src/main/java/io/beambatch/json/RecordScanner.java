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

  /** A record a line. */
  static RecordScanner ofLines() {
    return new LineScanner();
  }
}
