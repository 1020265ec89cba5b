package io.beambatch.source;

import io.beambatch.job.CsvDialect;
import io.beambatch.json.RecordScanner;

/**
 * Ends a CSV record at each line end (LF, CRLF or CR) outside quotes. As in RFC 4180, a quote opens
 * a quoted cell only at the start of a cell, and closes it unless it is doubled or escaped.
 */
final class CsvScanner implements RecordScanner {
  private static final int CELL_START = 0;
  private static final int UNQUOTED = 1;
  private static final int QUOTED = 2;
  private static final int QUOTE_IN_QUOTED = 3;
  private static final int ESCAPED = 4;
  private static final int ESCAPED_IN_QUOTED = 5;

  /** Not a byte. */
  private static final int NONE = 256;

  private final int delimiter;
  private final int quote;
  private final int quotedEscape;
  private final int unquotedEscape;
  private int state = CELL_START;
  private byte last;
  private boolean afterReturn;
  private long lines;

  CsvScanner(CsvDialect dialect) {
    this.delimiter = ascii("delimiter", dialect.delimiter());
    this.quote = dialect.quote() == null ? NONE : ascii("quote", dialect.quote());
    int escape = dialect.escape() == null ? NONE : ascii("escape", dialect.escape());
    this.quotedEscape = escape == quote ? NONE : escape;
    this.unquotedEscape = quote == NONE ? escape : NONE;
    if (delimiter == quote || delimiter == escape) {
      throw new IllegalArgumentException(
          "source.delimiter must be another character than source.quote and source.escape");
    }
  }

  private static int ascii(String key, char c) {
    if (c >= 0x80 || c == '\n' || c == '\r') {
      throw new IllegalArgumentException(
          "source."
              + key
              + " is character code "
              + (int) c
              + "; use an ASCII character that is no line end, such as , ; | or tab");
    }
    return c;
  }

  @Override
  public int scan(byte[] bytes, int from, int to) {
    if (afterReturn && from < to) {
      afterReturn = false;
      return bytes[from] == '\n' ? from + 1 : from;
    }
    int now = state;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (now == QUOTED) {
        if (b == quote) {
          now = QUOTE_IN_QUOTED;
        } else if (b == quotedEscape) {
          now = ESCAPED_IN_QUOTED;
        } else {
          passLineEnd(b, i > from ? bytes[i - 1] : last);
        }
      } else if (now == ESCAPED_IN_QUOTED || now == ESCAPED) {
        passLineEnd(b, b);
        now = now == ESCAPED ? UNQUOTED : QUOTED;
      } else if (b == '\n') {
        lines++;
        state = CELL_START;
        return i + 1;
      } else if (b == '\r') {
        lines++;
        state = CELL_START;
        if (i + 1 < to) {
          return bytes[i + 1] == '\n' ? i + 2 : i + 1;
        }
        afterReturn = true;
        return -1;
      } else if (b == delimiter) {
        now = CELL_START;
      } else if (b == quote && now != UNQUOTED) {
        now = QUOTED;
      } else if (b == unquotedEscape) {
        now = ESCAPED;
      } else {
        now = UNQUOTED;
      }
    }
    state = now;
    last = from < to ? bytes[to - 1] : last;
    return -1;
  }

  /** Counts line ends within cells: a CR counts as one, and so does a CR with an LF. */
  private void passLineEnd(byte b, byte before) {
    if (b == '\r' || (b == '\n' && before != '\r')) {
      lines++;
    }
  }

  @Override
  public long lines() {
    return lines;
  }

  /** Returns whether a quoted cell is open. */
  boolean inQuotes() {
    return state == QUOTED || state == ESCAPED_IN_QUOTED;
  }
}
