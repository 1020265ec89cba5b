package io.beambatch.bigquery;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.beambatch.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * JSON for columns of type JSON. BigQuery keeps the numbers in them as 64-bit integers or doubles,
 * and nests values 500 deep: whether a load job rounds what is beyond that, or fails, when all is
 * paid, isn't documented. So such numbers become texts with all their digits, and a value that is
 * nested deeper becomes one text that holds its JSON. All else stays as it is, byte for byte.
 *
 * <p>Not for use by several threads.
 */
final class JsonCell {
  /** As deep as BigQuery takes it. */
  static final int MOST_DEPTH = 500;

  private static final int MOST_DIGITS = 400;
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.TWO.pow(Long.SIZE).subtract(BigInteger.ONE);
  private final RowForm form;

  JsonCell(RowForm form) {
    this.form = form;
  }

  /** The form of a well-formed JSON value that a column takes. */
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
      return false; // Not worth finding out, which takes the longer the more digits there are.
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      BigInteger value = new BigInteger(number);
      return value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0;
    }
    return form == RowForm.PLAIN && isDouble(number);
  }

  /** Whether a double has all digits of a number. */
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
