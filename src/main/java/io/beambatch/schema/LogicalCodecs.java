package io.beambatch.schema;

import io.beambatch.schema.ValueCodec.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.jspecify.annotations.Nullable;

/**
 * Types that mean more than they are: dates and times as ISO 8601 texts, decimals as numbers with
 * all their digits.
 */
final class LogicalCodecs {
  private static final long MILLIS = 1_000;
  private static final long MICROS = 1_000_000;
  private static final long NANOS = 1_000_000_000;
  private static final long JULIAN_EPOCH = 2_440_588;
  private static final long DAY_SECONDS = 86_400;

  private LogicalCodecs() {}

  /** The codec of a logical type; null if the type has none that we know. */
  static @Nullable ValueCodec of(Schema schema) {
    String name = Types.logicalName(schema);
    if (name == null) {
      return SchemaRewrite.isInt96(schema) ? int96() : null;
    }
    boolean isLong = schema.getType() == Schema.Type.LONG;
    boolean isInt = schema.getType() == Schema.Type.INT;
    return switch (name) {
      case "decimal" -> decimal(schema);
      case "date" -> isInt ? date() : null;
      case "time-millis" -> isInt ? time(MILLIS, true) : null;
      case "time-micros" -> isLong ? time(MICROS, false) : null;
      case "timestamp-millis" -> isLong ? instant(MILLIS) : null;
      case "timestamp-micros" -> isLong ? instant(MICROS) : null;
      case "timestamp-nanos" -> isLong ? instant(NANOS) : null;
      case "local-timestamp-millis" -> isLong ? local(MILLIS) : null;
      case "local-timestamp-micros" -> isLong ? local(MICROS) : null;
      case "local-timestamp-nanos" -> isLong ? local(NANOS) : null;
      default -> null;
    };
  }

  private static ValueCodec date() {
    return ScalarCodec.ofText(
        value -> LocalDate.ofEpochDay((Integer) value).toString(),
        text -> Math.toIntExact(LocalDate.parse(text).toEpochDay()),
        "a date such as 2026-01-31");
  }

  private static ValueCodec time(long perSecond, boolean isInt) {
    return ScalarCodec.ofText(
        value ->
            DateTimeFormatter.ISO_LOCAL_TIME.format(
                LocalTime.ofNanoOfDay(
                    Math.multiplyExact(((Number) value).longValue(), NANOS / perSecond))),
        text -> {
          long units = exactly(LocalTime.parse(text).toNanoOfDay(), NANOS / perSecond);
          return isInt ? (Object) Math.toIntExact(units) : (Object) units;
        },
        "a time such as 13:45:00.5");
  }

  private static ValueCodec instant(long perSecond) {
    return ScalarCodec.ofText(
        value -> fromEpoch((Long) value, perSecond).toString(),
        text -> sinceEpoch(Instant.parse(text), perSecond),
        "a time such as 2026-01-31T13:45:00.5Z");
  }

  private static ValueCodec local(long perSecond) {
    return ScalarCodec.ofText(
        value ->
            DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                LocalDateTime.ofInstant(fromEpoch((Long) value, perSecond), ZoneOffset.UTC)),
        text -> sinceEpoch(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC), perSecond),
        "a time such as 2026-01-31T13:45:00.5");
  }

  /** Nanoseconds of the day, then the Julian day, the lowest byte first. */
  private static ValueCodec int96() {
    return ScalarCodec.of(
        (value, out) -> {
          ByteBuffer bytes =
              ByteBuffer.wrap(((GenericFixed) value).bytes()).order(ByteOrder.LITTLE_ENDIAN);
          long nanos = bytes.getLong();
          long day = bytes.getInt() - JULIAN_EPOCH;
          if (nanos % (NANOS / MICROS) != 0) {
            throw new MismatchException("the stored time has parts of microseconds");
          }
          out.writeString(Instant.ofEpochSecond(day * DAY_SECONDS, nanos).toString());
        },
        in -> {
          throw in.mismatch("a timestamp, which is not written this way any more");
        },
        Kind.TEXT);
  }

  private static Instant fromEpoch(long units, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(units, perSecond), Math.floorMod(units, perSecond) * (NANOS / perSecond));
  }

  private static long sinceEpoch(Instant time, long perSecond) {
    long seconds = time.getEpochSecond();
    long units = exactly(time.getNano(), NANOS / perSecond);
    // The earliest second may be out of range though its last part is not.
    return seconds < 0
        ? Math.addExact(Math.multiplyExact(seconds + 1, perSecond), units - perSecond)
        : Math.addExact(Math.multiplyExact(seconds, perSecond), units);
  }

  private static long exactly(long nanos, long nanosPerUnit) {
    if (nanos % nanosPerUnit != 0) {
      throw new ArithmeticException("more digits than can be kept");
    }
    return nanos / nanosPerUnit;
  }

  private static @Nullable ValueCodec decimal(Schema schema) {
    boolean fixed = schema.getType() == Schema.Type.FIXED;
    // A faulty one (no precision, say) is not a decimal for Avro either.
    if (!(LogicalTypes.fromSchemaIgnoreInvalid(schema) instanceof LogicalTypes.Decimal type)) {
      return null;
    }
    return ScalarCodec.of(
        (value, out) -> {
          byte[] bytes = fixed ? ((GenericFixed) value).bytes() : bytes((ByteBuffer) value);
          if (bytes.length == 0) {
            throw new MismatchException("the stored decimal has no digits");
          }
          out.writeNumber(new BigDecimal(new BigInteger(bytes), type.getScale()).toPlainString());
        },
        in -> {
          byte[] bytes = unscaled(in, type);
          return fixed ? (Object) padded(bytes, schema) : (Object) ByteBuffer.wrap(bytes);
        },
        Kind.INTEGER,
        Kind.FRACTION);
  }

  private static byte[] bytes(ByteBuffer value) {
    ByteBuffer buffer = value.duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static byte[] unscaled(JsonSource in, LogicalTypes.Decimal type) throws IOException {
    String expected =
        "a number of at most "
            + type.getPrecision()
            + " digits, "
            + type.getScale()
            + " of them behind the point";
    if (in.kind() != Kind.INTEGER && in.kind() != Kind.FRACTION) {
      throw in.mismatch(expected);
    }
    try {
      BigDecimal number = new BigDecimal(in.parser().getText());
      long leading = (long) number.precision() - number.scale();
      if (number.signum() == 0 || leading <= (long) type.getPrecision() - type.getScale()) {
        return number.setScale(type.getScale()).unscaledValue().toByteArray();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Said below, without the value.
    }
    throw new MismatchException("should be " + expected + ", but is another number");
  }

  private static GenericFixed padded(byte[] bytes, Schema schema) throws MismatchException {
    byte[] padded = new byte[schema.getFixedSize()];
    if (bytes.length > padded.length) {
      throw new MismatchException("has more digits than " + padded.length + " bytes can hold");
    }
    int free = padded.length - bytes.length;
    Arrays.fill(padded, 0, free, (byte) (bytes[0] < 0 ? -1 : 0));
    System.arraycopy(bytes, 0, padded, free, bytes.length);
    return new GenericData.Fixed(schema, padded);
  }
}
