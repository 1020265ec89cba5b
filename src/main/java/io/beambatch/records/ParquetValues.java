package io.beambatch.records;

import io.beambatch.schema.Types;
import io.beambatch.schema.UnreadableValue;
import io.beambatch.schema.Utf8Text;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.PrimitiveConverter;

/**
 * Converts the values of one column from Parquet's form to Avro's. An invalid value becomes an
 * {@link UnreadableValue}: its record is an invalid document, and the others are still read.
 */
final class ParquetValues extends PrimitiveConverter {
  private static final long JULIAN_EPOCH = 2_440_588;
  private static final long DAY_SECONDS = 86_400;
  private static final long NANOS = 1_000_000_000;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final int INT96_BYTES = 12;

  private final Schema type;
  private final String was;
  private final boolean decimal;
  private final Consumer<Object> values;

  /**
   * Converts the values of a column.
   *
   * @param type of the values, from {@link ParquetScalars}
   */
  ParquetValues(Schema type, Consumer<Object> values) {
    this.type = type;
    this.was = String.valueOf(type.getProp(Types.PARQUET_TYPE));
    this.decimal = LogicalTypes.fromSchemaIgnoreInvalid(type) instanceof LogicalTypes.Decimal;
    this.values = values;
  }

  @Override
  public void addBoolean(boolean value) {
    values.accept(value);
  }

  @Override
  public void addFloat(float value) {
    values.accept(value);
  }

  @Override
  public void addDouble(double value) {
    values.accept(value);
  }

  @Override
  public void addInt(int value) {
    if (decimal) {
      values.accept(decimal(BigInteger.valueOf(value).toByteArray()));
    } else if (type.getType() == Schema.Type.LONG) {
      values.accept(was.equals(ParquetTypes.UINT32) ? Integer.toUnsignedLong(value) : (long) value);
    } else {
      values.accept(value);
    }
  }

  @Override
  public void addLong(long value) {
    if (was.equals(ParquetTypes.UINT64)) {
      values.accept(decimal(new BigInteger(Long.toUnsignedString(value)).toByteArray()));
    } else if (decimal) {
      values.accept(decimal(BigInteger.valueOf(value).toByteArray()));
    } else if (was.startsWith(ArrowNote.DURATION)) {
      values.accept(duration(value));
    } else if (type.getType() == Schema.Type.STRING) {
      values.accept(
          value < 0 || value >= DAY_SECONDS * NANOS
              ? new UnreadableValue("the stored value is no time of a day")
              : DateTimeFormatter.ISO_LOCAL_TIME.format(LocalTime.ofNanoOfDay(value)));
    } else {
      values.accept(value);
    }
  }

  @Override
  public void addBinary(Binary value) {
    values.accept(
        switch (type.getType()) {
          case STRING ->
              switch (was) {
                case ParquetTypes.UUID -> uuid(value.toByteBuffer());
                case ParquetTypes.INT96_TIMESTAMP -> instant(value).toString();
                default -> Utf8Text.decode(value.toByteBuffer());
              };
          case ENUM -> symbol(Utf8Text.decode(value.toByteBuffer()));
          case LONG -> micros(instant(value));
          case FLOAT ->
              Float16.toFloat(value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getShort());
          case FIXED ->
              decimal ? decimal(value.getBytes()) : new GenericData.Fixed(type, value.getBytes());
          default ->
              was.endsWith(ArrowNote.INT128)
                  ? decimal(int128(value.getBytes()))
                  : decimal ? decimal(value.getBytes()) : ByteBuffer.wrap(value.getBytes());
        });
  }

  /** A duration in ISO 8601, such as PT24H0.000000001S. */
  private String duration(long value) {
    String unit = was.substring(ArrowNote.DURATION.length() + 1, was.length() - 1);
    return Duration.of(value, ChronoUnit.valueOf(unit)).toString();
  }

  /** Reverses the bytes of a little-endian number. */
  private byte[] int128(byte[] bytes) {
    // A leading zero byte keeps unsigned numbers from being negative.
    byte[] number = new byte[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      number[bytes.length - i] = bytes[i];
    }
    boolean negative = was.equals(ArrowNote.INT128) && bytes[bytes.length - 1] < 0;
    number[0] = (byte) (negative ? -1 : 0);
    return number;
  }

  private Object symbol(Object text) {
    return text instanceof String symbol ? new GenericData.EnumSymbol(type, symbol) : text;
  }

  private static String uuid(ByteBuffer bytes) {
    ByteBuffer big = bytes.order(ByteOrder.BIG_ENDIAN);
    return new UUID(big.getLong(), big.getLong()).toString();
  }

  /** Nanoseconds of the day, then the Julian day, little-endian. */
  private static Instant instant(Binary value) {
    ByteBuffer bytes = value.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() != INT96_BYTES) {
      throw new IllegalArgumentException("a timestamp doesn't have twelve bytes");
    }
    long nanos = bytes.getLong();
    return Instant.ofEpochSecond((bytes.getInt() - JULIAN_EPOCH) * DAY_SECONDS, nanos);
  }

  private static Object micros(Instant time) {
    return time.getNano() % NANOS_PER_MICRO != 0
        ? new UnreadableValue("the stored time has parts of microseconds")
        : Math.addExact(
            Math.multiplyExact(time.getEpochSecond(), NANOS / NANOS_PER_MICRO),
            time.getNano() / NANOS_PER_MICRO);
  }

  /** A big-endian number, as the type stores it. */
  private Object decimal(byte[] bytes) {
    if (type.getType() == Schema.Type.BYTES || bytes.length == 0) {
      return ByteBuffer.wrap(bytes);
    }
    byte[] least = new BigInteger(bytes).toByteArray();
    byte[] padded = new byte[type.getFixedSize()];
    if (least.length > padded.length) {
      return new UnreadableValue("the stored decimal has more digits than its type");
    }
    int free = padded.length - least.length;
    Arrays.fill(padded, 0, free, (byte) (least[0] < 0 ? -1 : 0));
    System.arraycopy(least, 0, padded, free, least.length);
    return new GenericData.Fixed(type, padded);
  }
}
