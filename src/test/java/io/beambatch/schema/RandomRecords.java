package io.beambatch.schema;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Makes schemas of every type, and records that fit them, from a seed. */
public final class RandomRecords {
  private static final List<String> TEXTS =
      List.of(
          "",
          "a",
          "NaN",
          "null",
          "Ünïcödé 漢字 🚀",
          "line\nbreak\t\"quoted\" \\",
          "\u0000\u2028",
          "1");

  private final Random random;
  private int named;

  public RandomRecords(long seed) {
    this.random = new Random(seed);
  }

  /** A record's schema with up to 8 fields. */
  public Schema schema() {
    return record(0);
  }

  private Schema record(int depth) {
    List<Schema.Field> fields = new ArrayList<>();
    FieldNames names = new FieldNames();
    int count = 1 + random.nextInt(8);
    for (int i = 0; i < count; i++) {
      String name = random.nextInt(5) == 0 ? i + " ä-" : "f" + i;
      fields.add(
          random.nextBoolean()
              ? names.nullable(name, type(depth))
              : new Schema.Field(names.free(name), type(depth)));
    }
    return Schema.createRecord("R" + named++, null, "ns", false, fields);
  }

  private Schema type(int depth) {
    return random.nextInt(6) == 0 ? union(depth) : single(depth);
  }

  private Schema union(int depth) {
    List<Schema> branches = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      Schema branch = random.nextInt(4) == 0 ? Schema.create(Schema.Type.NULL) : single(depth);
      if (names.add(branch.getFullName())) {
        branches.add(branch);
      }
    }
    return Schema.createUnion(branches);
  }

  private Schema single(int depth) {
    int kind = random.nextInt(depth > 3 ? 19 : 22);
    return switch (kind) {
      case 0 -> Schema.create(Schema.Type.BOOLEAN);
      case 1 -> Schema.create(Schema.Type.INT);
      case 2 -> Schema.create(Schema.Type.LONG);
      case 3 -> Schema.create(Schema.Type.FLOAT);
      case 4 -> Schema.create(Schema.Type.DOUBLE);
      case 5 -> Types.string();
      case 6 -> Schema.create(Schema.Type.BYTES);
      case 7 -> Schema.createFixed("F" + named++, null, "ns", 1 + random.nextInt(20));
      case 8 -> Schema.createEnum("E" + named++, null, "ns", List.of("A", "B", "c_1"));
      case 9 -> LogicalTypes.decimal(38, 9).addToSchema(Schema.create(Schema.Type.BYTES));
      case 10 ->
          LogicalTypes.decimal(18, random.nextInt(19))
              .addToSchema(Schema.createFixed("D" + named++, null, "ns", 8));
      case 11 -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case 12 -> LogicalTypes.timeMillis().addToSchema(Schema.create(Schema.Type.INT));
      case 13 -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case 14 -> LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
      case 15 -> LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case 16 -> LogicalTypes.localTimestampMillis().addToSchema(Schema.create(Schema.Type.LONG));
      case 17 -> LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case 18 -> Types.json();
      case 19 -> record(depth + 1);
      case 20 -> Schema.createArray(type(depth + 1));
      default -> Schema.createMap(type(depth + 1));
    };
  }

  /** A record of a schema. */
  public GenericRecord record(Schema schema) {
    return (GenericRecord) value(schema);
  }

  private Object value(Schema schema) {
    String logical = Types.logicalName(schema);
    return switch (schema.getType()) {
      case NULL -> null;
      case BOOLEAN -> random.nextBoolean();
      case INT ->
          "time-millis".equals(logical) ? random.nextInt(86_400_000) : (Object) random.nextInt();
      case LONG ->
          "time-micros".equals(logical)
              ? (long) (random.nextDouble() * 86_400_000_000L)
              : edge(random.nextLong(), Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> floating(Float.intBitsToFloat(random.nextInt()));
      case DOUBLE -> doubled(Double.longBitsToDouble(random.nextLong()));
      case STRING -> Types.isJson(schema) ? json() : text();
      case BYTES -> ByteBuffer.wrap(logical == null ? bytes(random.nextInt(30)) : decimal(126));
      case FIXED ->
          new GenericData.Fixed(
              schema, logical == null ? bytes(schema.getFixedSize()) : padded(schema));
      case ENUM ->
          new GenericData.EnumSymbol(
              schema, schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())));
      case ARRAY -> {
        GenericData.Array<Object> array = new GenericData.Array<>(0, schema);
        for (int i = random.nextInt(4); i > 0; i--) {
          array.add(value(schema.getElementType()));
        }
        yield array;
      }
      case MAP -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text() + i, value(schema.getValueType()));
        }
        yield map;
      }
      case UNION -> value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
      case RECORD -> {
        GenericData.Record record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
          record.put(field.pos(), value(field.schema()));
        }
        yield record;
      }
    };
  }

  private Object edge(long value, long min, long max) {
    return switch (random.nextInt(6)) {
      case 0 -> min;
      case 1 -> max;
      case 2 -> 0L;
      default -> value;
    };
  }

  private Object floating(float value) {
    return switch (random.nextInt(6)) {
      case 0 -> Float.NaN;
      case 1 -> Float.NEGATIVE_INFINITY;
      case 2 -> -0.0f;
      default -> Float.isNaN(value) ? Float.NaN : value;
    };
  }

  private Object doubled(double value) {
    return switch (random.nextInt(6)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> -0.0;
      default -> Double.isNaN(value) ? Double.NaN : value;
    };
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private String json() {
    return List.of("1.50", "\"a\\n\"", "{\"a\":[1, 2],\"b\":null}", "[ ]", "false")
        .get(random.nextInt(5));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Up to 37 digits. */
  private byte[] decimal(int bits) {
    BigInteger number = new BigInteger(random.nextInt(bits - 3) + 1, random);
    return (random.nextBoolean() ? number.negate() : number).toByteArray();
  }

  private byte[] padded(Schema schema) {
    byte[] digits = decimal(58);
    byte[] padded = new byte[schema.getFixedSize()];
    java.util.Arrays.fill(padded, (byte) (digits[0] < 0 ? -1 : 0));
    System.arraycopy(digits, 0, padded, padded.length - digits.length, digits.length);
    return padded;
  }
}
