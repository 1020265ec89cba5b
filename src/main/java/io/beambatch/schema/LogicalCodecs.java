package io.beambatch.schema;

import io.beambatch.schema.ValueCodec.Kind;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.jspecify.annotations.Nullable;

/**
 * Codecs of logical types: dates and times as ISO 8601 texts, decimals as numbers with all their
 * digits.
 */
final class LogicalCodecs {
  private static final long MILLIS = 1_000;
  private static final long MICROS = 1_000_000;
  private static final long NANOS = 1_000_000_000;
  private static final int UUID_BYTES = 16;

  /** More digits than any database has; a larger claim would exhaust memory. */
  static final int MOST_DIGITS = 10_000;

  private LogicalCodecs() {}

  /** The codec of a logical type; null if there is none for it. */
  static @Nullable ValueCodec of(Schema schema) {
    String name = Types.logicalName(schema);
    if (name == null) {
      return null;
    }
    boolean isLong = schema.getType() == Schema.Type.LONG;
    boolean isInt = schema.getType() == Schema.Type.INT;
    return switch (name) {
      case "decimal" -> decimal(schema);
      case "big-decimal" -> schema.getType() == Schema.Type.BYTES ? BigDecimals.CODEC : null;
      case "duration" -> isFixed(schema, Durations.BYTES) ? duration(schema) : null;
      case "uuid" -> isFixed(schema, UUID_BYTES) ? uuid(schema) : null;
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

  private static boolean isFixed(Schema schema, int bytes) {
    return schema.getType() == Schema.Type.FIXED && schema.getFixedSize() == bytes;
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

  /** Months, days and milliseconds, little-endian: not a fixed length of time. */
  private static ValueCodec duration(Schema schema) {
    return ScalarCodec.ofText(
        value -> Durations.text(((GenericFixed) value).bytes()),
        text -> new GenericData.Fixed(schema, Durations.bytes(text)),
        "a duration such as P1M2DT3.5S");
  }

  private static ValueCodec uuid(Schema schema) {
    return ScalarCodec.ofText(
        value -> {
          ByteBuffer bytes = ByteBuffer.wrap(((GenericFixed) value).bytes());
          return new UUID(bytes.getLong(), bytes.getLong()).toString();
        },
        text -> {
          UUID uuid = UUID.fromString(text);
          return new GenericData.Fixed(
              schema,
              ByteBuffer.allocate(UUID_BYTES)
                  .putLong(uuid.getMostSignificantBits())
                  .putLong(uuid.getLeastSignificantBits())
                  .array());
        },
        "a UUID");
  }

  private static Instant fromEpoch(long units, long perSecond) {
    return Instant.ofEpochSecond(
        Math.floorDiv(units, perSecond), Math.floorMod(units, perSecond) * (NANOS / perSecond));
  }

  private static long sinceEpoch(Instant time, long perSecond) {
    long seconds = time.getEpochSecond();
    long units = exactly(time.getNano(), NANOS / perSecond);
    // The earliest second may be out of range although its fraction is not.
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
    // Avro, too, ignores a faulty decimal type (without a precision, for instance).
    if (!(LogicalTypes.fromSchemaIgnoreInvalid(schema) instanceof LogicalTypes.Decimal type)) {
      return null;
    }
    if (type.getPrecision() > MOST_DIGITS) {
      throw new IllegalArgumentException(
          "a decimal of " + type.getPrecision() + " digits is more than " + MOST_DIGITS);
    }
    return ScalarCodec.of(
        (value, out) -> {
          byte[] bytes = fixed ? ((GenericFixed) value).bytes() : bytes((ByteBuffer) value);
          if (bytes.length == 0) {
            throw new MismatchException("the stored decimal has no digits");
          }
          BigDecimal number = new BigDecimal(new BigInteger(bytes), type.getScale());
          if (number.precision() > type.getPrecision()) {
            throw new MismatchException("the stored decimal has more digits than its type");
          }
          out.writeNumber(number.toPlainString());
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
            + " of them after the decimal point";
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
      // Reported below, without the value.
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
