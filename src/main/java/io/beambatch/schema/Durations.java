package io.beambatch.schema;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as Avro and Parquet store them, in three unsigned 32-bit numbers: months, days and
 * milliseconds. None can be converted into another, so all three are in the ISO 8601 text.
 */
public final class Durations {
  static final int BYTES = 12;

  private static final Pattern TEXT =
      Pattern.compile("P(?:(\\d+)M)?(?:(\\d+)D)?(?:T(\\d+(?:\\.\\d{1,3})?)S)?");
  private static final int MILLIS_DIGITS = 3;
  private static final long MOST = 0xFFFF_FFFFL;

  private Durations() {}

  /** The ISO 8601 text of a duration, such as {@code P14M3DT4.5S}. */
  public static String text(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long months = Integer.toUnsignedLong(in.getInt());
    long days = Integer.toUnsignedLong(in.getInt());
    long millis = Integer.toUnsignedLong(in.getInt());
    StringBuilder text = new StringBuilder("P");
    if (months != 0) {
      text.append(months).append('M');
    }
    if (days != 0) {
      text.append(days).append('D');
    }
    if (millis != 0 || text.length() == 1) {
      BigDecimal seconds = BigDecimal.valueOf(millis, MILLIS_DIGITS).stripTrailingZeros();
      text.append('T').append(seconds.toPlainString()).append('S');
    }
    return text.toString();
  }

  static byte[] bytes(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("no duration");
    }
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(part(parts.group(1), 0))
        .putInt(part(parts.group(2), 0))
        .putInt(part(parts.group(3), MILLIS_DIGITS))
        .array();
  }

  private static int part(String digits, int scale) {
    long value = digits == null ? 0 : new BigDecimal(digits).movePointRight(scale).longValueExact();
    if (value > MOST) {
      throw new ArithmeticException("out of range");
    }
    return (int) value;
  }
}
