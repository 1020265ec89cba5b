package io.beambatch.records;

import io.beambatch.schema.Durations;
import io.beambatch.schema.Types;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Splits rows into the columns that {@link ParquetTypes} gives their schema. */
final class ParquetRowWriter {
  private static final long JULIAN_EPOCH = 2_440_588;
  private static final long DAY_SECONDS = 86_400;
  private static final long NANOS = 1_000_000_000;
  private static final int INT96_BYTES = 12;

  private final Schema schema;
  private final MessageType columns;
  private final RecordConsumer out;

  ParquetRowWriter(Schema schema, MessageType columns, RecordConsumer out) {
    this.schema = schema;
    this.columns = columns;
    this.out = out;
  }

  void write(IndexedRecord row) {
    out.startMessage();
    fields(schema, columns, row);
    out.endMessage();
  }

  private void fields(Schema record, GroupType group, IndexedRecord row) {
    for (Schema.Field field : record.getFields()) {
      field(group, field.pos(), field.schema(), row.get(field.pos()));
    }
  }

  /** Writes a field of a group; nothing if it is null. */
  private void field(GroupType group, int place, Schema type, @Nullable Object value) {
    if (value == null) {
      return;
    }
    String name = group.getFieldName(place);
    out.startField(name, place);
    value(group.getType(place), type, value);
    out.endField(name, place);
  }

  private void value(Type column, Schema type, Object value) {
    Schema plain = ParquetSchema.unwrapped(type);
    if (column.isPrimitive()) {
      scalar(column.asPrimitiveType(), plain, value);
      return;
    }
    GroupType group = column.asGroupType();
    out.startGroup();
    switch (plain.getType()) {
      case RECORD -> fields(plain, group, (IndexedRecord) value);
      case ARRAY -> repeated(group, (Collection<?>) value, plain.getElementType());
      case MAP -> map(group, (Map<?, ?>) value, plain.getValueType());
      case UNION -> {
        Schema branch = plain.getTypes().get(GenericData.get().resolveUnion(plain, value));
        int member = ParquetSchema.branches(plain).indexOf(branch);
        field(group, member, branch, value);
      }
      default -> throw new IllegalStateException("no group");
    }
    out.endGroup();
  }

  /** Writes the items of a list, or the entries of a map: groups with one field or two. */
  private void repeated(GroupType group, Collection<?> items, Schema type) {
    if (items.isEmpty()) {
      return;
    }
    boolean entries = ParquetSchema.entry(group) != null;
    String name = group.getFieldName(0);
    GroupType repeated = group.getType(0).asGroupType();
    out.startField(name, 0);
    for (Object item : items) {
      out.startGroup();
      if (entries) {
        fields(type, repeated, (IndexedRecord) item);
      } else {
        field(repeated, 0, type, item);
      }
      out.endGroup();
    }
    out.endField(name, 0);
  }

  private void map(GroupType group, Map<?, ?> map, Schema type) {
    if (map.isEmpty()) {
      return;
    }
    String name = group.getFieldName(0);
    GroupType entry = group.getType(0).asGroupType();
    out.startField(name, 0);
    map.forEach(
        (key, value) -> {
          out.startGroup();
          field(entry, 0, Types.string(), key);
          field(entry, 1, type, value);
          out.endGroup();
        });
    out.endField(name, 0);
  }

  private void scalar(PrimitiveType column, Schema type, Object value) {
    switch (column.getPrimitiveTypeName()) {
      case BOOLEAN -> out.addBoolean((Boolean) value);
      case INT32 -> out.addInteger(ofInt(type, value));
      case INT64 -> out.addLong(ofLong(type, value));
      case FLOAT -> out.addFloat((Float) value);
      case DOUBLE -> out.addDouble((Double) value);
      case INT96 -> out.addBinary(int96(Instant.parse(value.toString())));
      case BINARY ->
          out.addBinary(
              switch (type.getType()) {
                case BYTES -> Binary.fromConstantByteBuffer(((ByteBuffer) value).duplicate());
                case FIXED -> Binary.fromString(Durations.text(((GenericFixed) value).bytes()));
                default -> Binary.fromString(value.toString());
              });
      case FIXED_LEN_BYTE_ARRAY -> out.addBinary(ofFixed(column.getTypeLength(), type, value));
    }
  }

  private static int ofInt(Schema type, Object value) {
    return switch (type.getType()) {
      case INT -> inRange(type, (Integer) value);
      case LONG -> uint32((Long) value);
      default -> unscaled(value).intValueExact();
    };
  }

  private static int uint32(long value) {
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw new ArithmeticException("a number is out of the range of its column");
    }
    return (int) value;
  }

  private static int inRange(Schema type, int value) {
    boolean fits =
        switch (String.valueOf(type.getProp(Types.PARQUET_TYPE))) {
          case "INTEGER(8,true)" -> value == (byte) value;
          case "INTEGER(16,true)" -> value == (short) value;
          case "INTEGER(8,false)" -> value == (value & 0xFF);
          case "INTEGER(16,false)" -> value == (value & 0xFFFF);
          default -> true;
        };
    if (!fits) {
      throw new ArithmeticException("a number is out of the range of its column");
    }
    return value;
  }

  private static long ofLong(Schema type, Object value) {
    return switch (type.getType()) {
      case LONG -> (Long) value;
      case STRING -> LocalTime.parse(value.toString()).toNanoOfDay();
      default ->
          ParquetTypes.UINT64.equals(type.getProp(Types.PARQUET_TYPE))
              ? Long.parseUnsignedLong(unscaled(value).toString())
              : unscaled(value).longValueExact();
    };
  }

  private static BigInteger unscaled(Object value) {
    if (value instanceof GenericFixed fixed) {
      return new BigInteger(fixed.bytes());
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new BigInteger(bytes);
  }

  private static Binary ofFixed(int length, Schema type, Object value) {
    if (type.getType() == Schema.Type.STRING) {
      UUID uuid = UUID.fromString(value.toString());
      return Binary.fromConstantByteArray(
          ByteBuffer.allocate(ParquetTypes.UUID_BYTES)
              .putLong(uuid.getMostSignificantBits())
              .putLong(uuid.getLeastSignificantBits())
              .array());
    }
    if (type.getType() == Schema.Type.FLOAT) {
      return Binary.fromConstantByteArray(
          ByteBuffer.allocate(ParquetTypes.FLOAT16_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putShort(Float16.toBits((Float) value))
              .array());
    }
    if (LogicalTypes.fromSchemaIgnoreInvalid(type) instanceof LogicalTypes.Decimal) {
      byte[] number = unscaled(value).toByteArray();
      byte[] padded = new byte[length];
      int free = length - number.length;
      if (free < 0) {
        throw new ArithmeticException("a decimal has more digits than its column");
      }
      Arrays.fill(padded, 0, free, (byte) (number[0] < 0 ? -1 : 0));
      System.arraycopy(number, 0, padded, free, number.length);
      return Binary.fromConstantByteArray(padded);
    }
    return Binary.fromConstantByteArray(((GenericFixed) value).bytes());
  }

  private static Binary int96(Instant time) {
    long day = Math.floorDiv(time.getEpochSecond(), DAY_SECONDS);
    long nanos = Math.floorMod(time.getEpochSecond(), DAY_SECONDS) * NANOS + time.getNano();
    return Binary.fromConstantByteArray(
        ByteBuffer.allocate(INT96_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(nanos)
            .putInt(Math.toIntExact(day + JULIAN_EPOCH))
            .array());
  }
}
