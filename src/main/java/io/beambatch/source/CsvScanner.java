package io.beambatch.source;

import io.beambatch.json.RecordScanner;

/**
 * Ends a record at each line feed outside quotes. As in RFC 4180, a quote opens a quoted field only
 * where a field starts; within one, it closes it unless doubled.
 */
final class CsvScanner implements RecordScanner {
  private static final int FIELD_START = 0;
  private static final int UNQUOTED = 1;
  private static final int QUOTED = 2;
  private static final int QUOTE_IN_QUOTED = 3;

  private final byte delimiter;
  private int state = FIELD_START;
  private long lines;

  CsvScanner(char delimiter) {
    if (delimiter >= 0x80 || delimiter == '"' || delimiter == '\n' || delimiter == '\r') {
      throw new IllegalArgumentException(
          "source.delimiter is character code "
              + (int) delimiter
              + "; use an ASCII character that is no quote and no line end, such as , ; | or tab");
    }
    this.delimiter = (byte) delimiter;
  }

  @Override
  public int scan(byte[] bytes, int from, int to) {
    int now = state;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (now == QUOTED) {
        if (b == '"') {
          now = QUOTE_IN_QUOTED;
        } else if (b == '\n') {
          lines++;
        }
      } else if (b == '\n') {
        lines++;
        state = FIELD_START;
        return i + 1;
      } else if (b == delimiter) {
        now = FIELD_START;
      } else if (b == '"' && now != UNQUOTED) {
        now = QUOTED;
      } else {
        now = UNQUOTED;
      }
    }
    state = now;
    return -1;
  }

  @Override
  public long lines() {
    return lines;
  }

  /** Whether a quoted field is open. */
  boolean inQuotes() {
    return state == QUOTED;
  }
}
