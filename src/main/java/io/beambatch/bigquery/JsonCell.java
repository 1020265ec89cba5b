package io.beambatch.bigquery;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Converts values for columns of type JSON. BigQuery stores their numbers as 64-bit integers or
 * doubles, and allows a nesting depth of 500. The documentation doesn't say whether a load job
 * rounds what exceeds that, or fails (when everything is paid). So such numbers become texts with
 * all their digits, and a value that is nested deeper becomes one text of its JSON. Everything else
 * is unchanged, byte for byte.
 *
 * <p>Not thread-safe.
 */
final class JsonCell {
  /** BigQuery's maximum nesting depth. */
  static final int MOST_DEPTH = 500;

  private static final int MOST_DIGITS = 400;
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);
  private final RowEncoding encoding;

  JsonCell(RowEncoding encoding) {
    this.encoding = encoding;
  }

  /** The value to store for a well-formed JSON value. */
  String of(String json) throws IOException {
    StringBuilder changed = new StringBuilder();
    int copied = 0;
    int depth = 0;
    try (JsonParser parser = Json.FACTORY.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        }
        if (depth > MOST_DEPTH) {
          return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(json)) + '"';
        }
        if (token.isNumeric()) {
          String number = parser.getText();
          if (!isKept(token, number)) {
            int start = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
            changed.append(json, copied, start).append('"').append(number).append('"');
            copied = start + number.length();
          }
        }
      }
    }
    return copied == 0 ? json : changed.append(json, copied, json.length()).toString();
  }

  private boolean isKept(JsonToken token, String number) {
    if (number.length() > MOST_DIGITS) {
      return false; // not worth checking: the cost grows with the number of digits
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      BigInteger value = new BigInteger(number);
      return value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0;
    }
    return encoding == RowEncoding.PLAIN && isDouble(number);
  }

  /** Returns whether a double represents all digits of a number. */
  private static boolean isDouble(String number) {
    double value = Double.parseDouble(number);
    if (Double.isInfinite(value)) {
      return false;
    }
    try {
      return new BigDecimal(number).compareTo(new BigDecimal(Double.toString(value))) == 0;
    } catch (ArithmeticException | NumberFormatException e) {
      return false; // An exponent that no number has.
    }
  }
}
