package io.beambatch.source;

import io.beambatch.json.RecordScanner;

/**
 * Ends a record after each element of a file's JSON array, or after each of its concatenated
 * values. Separators such as commas belong to the next record. Records are numbered instead of
 * lines: a whole array may be on one line.
 */
final class JsonScanner implements RecordScanner {
  private int depth;
  private boolean inText;
  private boolean escaped;
  private boolean begun;
  private boolean arrayOpen;
  private boolean inScalar;
  private long records;

  /**
   * Finds records.
   *
   * @param atStart whether the first byte is the file's first, so that a bracket opens the array
   */
  JsonScanner(boolean atStart) {
    this.begun = !atStart;
  }

  @Override
  public int scan(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (inText) {
        if (escaped) {
          escaped = false;
        } else if (b == '\\') {
          escaped = true;
        } else if (b == '"') {
          inText = false;
        }
      } else if (!Utf8.space(b) && endsAt(b)) {
        records++;
        return i + 1;
      }
    }
    return -1;
  }

  private boolean endsAt(byte b) {
    boolean first = !begun;
    begun = true;
    switch (b) {
      case '"' -> {
        inText = true;
        inScalar |= depth == 0;
      }
      case '{', '[' -> {
        if (first && b == '[') {
          arrayOpen = true;
        } else {
          depth++;
        }
      }
      case '}', ']' -> {
        if (depth == 0) {
          arrayOpen = false;
        } else {
          depth--;
          inScalar &= depth > 0;
          return depth == 0;
        }
      }
      case ',' -> {
        boolean ends = depth == 0 && inScalar;
        inScalar &= depth > 0;
        return ends;
      }
      default -> inScalar |= depth == 0;
    }
    return false;
  }

  @Override
  public long lines() {
    return records;
  }

  /** Returns whether a value is open that should be closed at the end of the file. */
  boolean isOpen() {
    return depth > 0 || inText || arrayOpen;
  }
}
