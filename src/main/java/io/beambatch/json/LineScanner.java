package io.beambatch.json;

/** Ends a record at each line feed. */
final class LineScanner implements RecordScanner {
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
}
