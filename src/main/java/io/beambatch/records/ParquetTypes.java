package io.beambatch.records;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MILLIS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.NANOS;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT96;

import io.beambatch.schema.FieldNames;
import io.beambatch.schema.Types;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * The Parquet columns for documents of an Avro schema. Columns have the names of the documents'
 * fields. Values that came from Parquet get their original type back, which the property {@link
 * Types#PARQUET_TYPE} names where Avro has no such type.
 */
final class ParquetTypes {
  static final String MAP = "MAP";
  static final String UUID = "UUID";
  static final String ENUM = "ENUM";
  static final String BSON = "BSON";
  static final String JSON = "JSON";
  static final String FLOAT16 = "FLOAT16";
  static final String INT96_TIMESTAMP = "INT96";
  static final String UINT32 = "INTEGER(32,false)";
  static final String UINT64 = "INTEGER(64,false)";
  static final int UUID_BYTES = 16;
  static final int FLOAT16_BYTES = 2;
  static final int INTERVAL_BYTES = 12;

  private static final Pattern INTEGER = Pattern.compile("INTEGER\\((8|16|32|64),(true|false)\\)");
  private static final Pattern TIME =
      Pattern.compile("TIME\\((MILLIS|MICROS|NANOS),(true|false)\\)");
  private static final int INT32_DIGITS = 9;
  private static final int INT64_DIGITS = 18;

  private final Set<String> open = new HashSet<>();

  private ParquetTypes() {}

  /**
   * The columns for a schema.
   *
   * @throws IllegalArgumentException naming the field, if Parquet can't hold one
   */
  static MessageType of(Schema documents) {
    ParquetTypes types = new ParquetTypes();
    return new MessageType(documents.getFullName(), types.fields("", documents));
  }

  private List<Type> fields(String path, Schema record) {
    if (record.getFields().isEmpty()) {
      throw new IllegalArgumentException(
          path.isEmpty()
              ? "they have no fields"
              : "field '" + path + "' is a record without fields");
    }
    if (!open.add(record.getFullName())) {
      throw new IllegalArgumentException("field '" + path + "' is a record that holds itself");
    }
    List<Type> fields = new ArrayList<>();
    for (Schema.Field field : record.getFields()) {
      String name = FieldNames.original(field);
      String fieldPath = path.isEmpty() ? name : path + "." + name;
      fields.add(type(fieldPath, name, field.schema()));
    }
    open.remove(record.getFullName());
    return fields;
  }

  /** The column for a type; it is optional if the type includes null. */
  private Type type(String path, String name, Schema type) {
    Repetition repetition = type.isNullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
    List<Schema> branches = ParquetSchema.branches(type);
    if (branches.size() == 1) {
      return value(path, name, branches.get(0), repetition);
    }
    if (branches.isEmpty()) {
      return value(path, name, Schema.create(Schema.Type.NULL), repetition);
    }
    var union = org.apache.parquet.schema.Types.buildGroup(repetition);
    for (int i = 0; i < branches.size(); i++) {
      union.addField(value(path, ParquetSchema.MEMBER + i, branches.get(i), Repetition.OPTIONAL));
    }
    return union.named(name);
  }

  private Type value(String path, String name, Schema type, Repetition repetition) {
    return switch (type.getType()) {
      case RECORD ->
          org.apache.parquet.schema.Types.buildGroup(repetition)
              .addFields(fields(path, type).toArray(Type[]::new))
              .named(name);
      case ARRAY ->
          MAP.equals(type.getProp(Types.PARQUET_TYPE))
              ? map(
                  org.apache.parquet.schema.Types.map(repetition),
                  fields(path, type.getElementType()),
                  name)
              : org.apache.parquet.schema.Types.list(repetition)
                  .element(type(path + "[]", "element", type.getElementType()))
                  .named(name);
      case MAP ->
          map(
              org.apache.parquet.schema.Types.map(repetition),
              List.of(
                  column(BINARY, LogicalTypeAnnotation.stringType(), 0)
                      .in(Repetition.REQUIRED, ParquetSchema.KEY),
                  type(path + "{}", ParquetSchema.VALUE, type.getValueType())),
              name);
      case NULL ->
          column(INT32, LogicalTypeAnnotation.unknownType(), 0).in(Repetition.OPTIONAL, name);
      case UNION ->
          throw new IllegalArgumentException("field '" + path + "' is a union in a union");
      default -> scalar(type).in(repetition, name);
    };
  }

  private static Type map(
      org.apache.parquet.schema.Types.MapBuilder<org.apache.parquet.schema.GroupType> map,
      List<Type> entry,
      String name) {
    return map.key(entry.get(0)).value(entry.get(1)).named(name);
  }

  private static Column scalar(Schema type) {
    String logical = String.valueOf(Types.logicalName(type));
    return switch (type.getType()) {
      case BOOLEAN -> column(BOOLEAN, null, 0);
      case INT ->
          switch (logical) {
            case "date" -> column(INT32, LogicalTypeAnnotation.dateType(), 0);
            case "time-millis" -> column(INT32, time(type, MILLIS), 0);
            default -> column(INT32, integer(type), 0);
          };
      case LONG -> ofLong(type, logical);
      case FLOAT ->
          FLOAT16.equals(type.getProp(Types.PARQUET_TYPE))
              ? column(FIXED_LEN_BYTE_ARRAY, LogicalTypeAnnotation.float16Type(), FLOAT16_BYTES)
              : column(FLOAT, null, 0);
      case DOUBLE -> column(DOUBLE, null, 0);
      case STRING -> ofString(type);
      case ENUM -> column(BINARY, LogicalTypeAnnotation.enumType(), 0);
      case BYTES, FIXED -> ofBytes(type, logical);
      default -> throw new IllegalArgumentException("no scalar");
    };
  }

  private static Column ofLong(Schema type, String logical) {
    return switch (logical) {
      case "time-micros" -> column(INT64, time(type, MICROS), 0);
      case "timestamp-millis" -> timestamp(true, MILLIS);
      case "timestamp-micros" -> timestamp(true, MICROS);
      case "timestamp-nanos" -> timestamp(true, NANOS);
      case "local-timestamp-millis" -> timestamp(false, MILLIS);
      case "local-timestamp-micros" -> timestamp(false, MICROS);
      case "local-timestamp-nanos" -> timestamp(false, NANOS);
      default ->
          UINT32.equals(type.getProp(Types.PARQUET_TYPE))
              ? column(INT32, integer(type), 0)
              : column(INT64, integer(type), 0);
    };
  }

  private static Column ofString(Schema type) {
    String was = String.valueOf(type.getProp(Types.PARQUET_TYPE));
    return switch (was) {
      case UUID -> column(FIXED_LEN_BYTE_ARRAY, LogicalTypeAnnotation.uuidType(), UUID_BYTES);
      case ENUM -> column(BINARY, LogicalTypeAnnotation.enumType(), 0);
      case INT96_TIMESTAMP -> column(INT96, null, 0);
      case JSON -> column(BINARY, LogicalTypeAnnotation.jsonType(), 0);
      default ->
          was.startsWith("TIME")
              ? column(INT64, time(type, NANOS), 0)
              : column(BINARY, LogicalTypeAnnotation.stringType(), 0);
    };
  }

  private static Column ofBytes(Schema type, String logical) {
    boolean fixed = type.getType() == Schema.Type.FIXED;
    if (LogicalTypes.fromSchemaIgnoreInvalid(type) instanceof LogicalTypes.Decimal decimal) {
      return UINT64.equals(type.getProp(Types.PARQUET_TYPE))
          ? column(INT64, integer(type), 0)
          : ofDecimal(decimal);
    }
    if (fixed && logical.equals("duration") && type.getFixedSize() == INTERVAL_BYTES) {
      // Parquet's library marks interval columns as all null, and other readers then see no values.
      return column(BINARY, LogicalTypeAnnotation.stringType(), 0);
    }
    if (fixed && logical.equals("uuid") && type.getFixedSize() == UUID_BYTES) {
      return column(FIXED_LEN_BYTE_ARRAY, LogicalTypeAnnotation.uuidType(), UUID_BYTES);
    }
    return fixed
        ? column(FIXED_LEN_BYTE_ARRAY, null, type.getFixedSize())
        : column(
            BINARY,
            BSON.equals(type.getProp(Types.PARQUET_TYPE)) ? LogicalTypeAnnotation.bsonType() : null,
            0);
  }

  /** As short as the digits allow, like other writers. */
  private static Column ofDecimal(LogicalTypes.Decimal decimal) {
    int digits = decimal.getPrecision();
    LogicalTypeAnnotation annotation =
        LogicalTypeAnnotation.decimalType(decimal.getScale(), digits);
    if (digits <= INT64_DIGITS) {
      return column(digits <= INT32_DIGITS ? INT32 : INT64, annotation, 0);
    }
    int bits = BigInteger.TEN.pow(digits).bitLength() + 1;
    return column(FIXED_LEN_BYTE_ARRAY, annotation, (bits + 7) / 8);
  }

  private static Column timestamp(boolean utc, LogicalTypeAnnotation.TimeUnit unit) {
    return column(INT64, LogicalTypeAnnotation.timestampType(utc, unit), 0);
  }

  /** Times of other writers may be marked as not in UTC. */
  private static LogicalTypeAnnotation time(Schema type, LogicalTypeAnnotation.TimeUnit unit) {
    Matcher was = TIME.matcher(String.valueOf(type.getProp(Types.PARQUET_TYPE)));
    return LogicalTypeAnnotation.timeType(!was.matches() || was.group(2).equals("true"), unit);
  }

  private static @Nullable LogicalTypeAnnotation integer(Schema type) {
    Matcher was = INTEGER.matcher(String.valueOf(type.getProp(Types.PARQUET_TYPE)));
    return was.matches()
        ? LogicalTypeAnnotation.intType(Integer.parseInt(was.group(1)), was.group(2).equals("true"))
        : null;
  }

  private static Column column(
      PrimitiveTypeName stored, @Nullable LogicalTypeAnnotation annotation, int length) {
    return new Column(stored, annotation, length);
  }

  /** How a value is stored, and what it means. */
  private record Column(
      PrimitiveTypeName stored, @Nullable LogicalTypeAnnotation annotation, int length) {
    Type in(Repetition repetition, String name) {
      return org.apache.parquet.schema.Types.primitive(stored, repetition)
          .length(length)
          .as(annotation)
          .named(name);
    }
  }
}
