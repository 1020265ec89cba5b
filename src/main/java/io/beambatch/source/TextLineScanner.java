package io.beambatch.source;

import io.beambatch.json.RecordScanner;

/** Ends a record at each line end: LF, CRLF, or CR alone. */
final class TextLineScanner implements RecordScanner {
  private long lines;
  private boolean afterReturn;

  @Override
  public int scan(byte[] bytes, int from, int to) {
    if (afterReturn && from < to) {
      afterReturn = false;
      lines++;
      return bytes[from] == '\n' ? from + 1 : from;
    }
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '\n') {
        lines++;
        return i + 1;
      }
      if (b == '\r') {
        if (i + 1 == to) {
          afterReturn = true;
          return -1;
        }
        lines++;
        return bytes[i + 1] == '\n' ? i + 2 : i + 1;
      }
    }
    return -1;
  }

  @Override
  public long lines() {
    return lines;
  }
}
