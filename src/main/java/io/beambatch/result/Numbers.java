package io.beambatch.result;

import io.beambatch.json.JsonSlice;
import org.jspecify.annotations.Nullable;

/** Whole numbers as providers write them. */
final class Numbers {
  private static final int MOST_DIGITS = 18;

  private Numbers() {}

  /** A value's number, or another one if it isn't a whole number from 0 up. */
  static long whole(@Nullable JsonSlice value, long otherwise) {
    if (value == null) {
      return otherwise;
    }
    long number = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.at(i) - '0';
      if (digit < 0 || digit > 9 || i == MOST_DIGITS) {
        return otherwise;
      }
      number = 10 * number + digit;
    }
    return number;
  }
}
