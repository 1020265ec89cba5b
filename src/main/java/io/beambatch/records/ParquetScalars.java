package io.beambatch.records;

import io.beambatch.schema.FieldNames;
import io.beambatch.schema.Types;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.BsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntervalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * Maps Parquet's primitive columns to Avro types. Where Avro has no type (UUIDs, times in
 * nanoseconds, most 12-byte timestamps), the value is a string whose {@link Types#PARQUET_TYPE}
 * names the original type; unsigned numbers use the next larger type.
 *
 * @param microsOnly whether 12-byte timestamps are never finer than microseconds
 * @param noted the kinds of columns that only {@link ArrowNote} shows
 */
record ParquetScalars(boolean microsOnly, IdentityHashMap<PrimitiveType, String> noted) {
  /** Spark keeps times in microseconds, whatever type it stores them as. */
  private static final String SPARK = "org.apache.spark.version";

  private static final String NAMESPACE = "parquet";
  private static final int UINT64_DIGITS = 20;
  private static final int INT128_DIGITS = 39;

  /** More digits than any database has; a larger claim is not a number. */
  private static final int MOST_DIGITS = 10_000;

  private static final int LONG_BITS = 64;
  private static final int INT_BITS = 32;

  static ParquetScalars ofFile(MessageType columns, Map<String, String> metadata) {
    return new ParquetScalars(metadata.containsKey(SPARK), ArrowNote.of(columns, metadata));
  }

  /**
   * The type of a column's values.
   *
   * @param noted the type that the writer recorded; used where it agrees
   */
  Schema schema(String path, PrimitiveType column, @Nullable Schema noted, FieldNames typeNames) {
    Schema own = schema(path, column, typeNames);
    return noted != null && agrees(column, own, noted) ? noted : own;
  }

  private static boolean agrees(PrimitiveType column, Schema own, Schema noted) {
    LogicalTypeAnnotation annotation = column.getLogicalTypeAnnotation();
    boolean text = own.getType() == Schema.Type.STRING;
    return switch (noted.getType()) {
      case ENUM ->
          text
              && (annotation instanceof EnumLogicalTypeAnnotation
                  || annotation instanceof StringLogicalTypeAnnotation);
      case STRING -> text && !isSpecial(own) && !isSpecial(noted);
      case FIXED ->
          (own.getType() == Schema.Type.FIXED
                  && own.getFixedSize() == noted.getFixedSize()
                  && Objects.equals(Types.logicalName(own), Types.logicalName(noted)))
              || sameDecimal(own, noted);
      case BYTES ->
          own.getType() == Schema.Type.BYTES
              && !isSpecial(own)
              && !isSpecial(noted)
              && (sameDecimal(own, noted)
                  || (Types.logicalName(own) == null && Types.logicalName(noted) == null));
      default ->
          own.getType() == noted.getType()
              && !isSpecial(own)
              && Objects.equals(Types.logicalName(own), Types.logicalName(noted));
    };
  }

  /** Returns whether a type names its Parquet type, apart from the annotation as an enum. */
  private static boolean isSpecial(Schema type) {
    String was = type.getProp(Types.PARQUET_TYPE);
    return was != null && !was.equals(ParquetTypes.ENUM);
  }

  private static boolean sameDecimal(Schema one, Schema other) {
    LogicalType decimal = LogicalTypes.fromSchemaIgnoreInvalid(one);
    return decimal instanceof LogicalTypes.Decimal
        && decimal.equals(LogicalTypes.fromSchemaIgnoreInvalid(other));
  }

  private Schema schema(String path, PrimitiveType column, FieldNames typeNames) {
    LogicalTypeAnnotation annotation = column.getLogicalTypeAnnotation();
    if (annotation instanceof UnknownLogicalTypeAnnotation) {
      return Schema.create(Schema.Type.NULL);
    }
    if (annotation instanceof DecimalLogicalTypeAnnotation decimal) {
      return decimal(path, decimal.getPrecision(), decimal.getScale());
    }
    String kind = noted.get(column);
    if (kind != null) {
      return was(
          kind.startsWith(ArrowNote.DURATION) ? Types.string() : decimal(path, INT128_DIGITS, 0),
          kind);
    }
    return switch (column.getPrimitiveTypeName()) {
      case BOOLEAN -> Schema.create(Schema.Type.BOOLEAN);
      case FLOAT -> Schema.create(Schema.Type.FLOAT);
      case DOUBLE -> Schema.create(Schema.Type.DOUBLE);
      case INT32 -> ofInt(annotation);
      case INT64 -> ofLong(annotation);
      case BINARY -> ofBinary(annotation);
      case FIXED_LEN_BYTE_ARRAY -> ofFixed(path, column, typeNames);
      case INT96 ->
          microsOnly
              ? logical(LogicalTypes.timestampMicros().getName(), Schema.Type.LONG)
              : was(Types.string(), ParquetTypes.INT96_TIMESTAMP);
    };
  }

  private static Schema decimal(String path, int precision, int scale) {
    if (precision > MOST_DIGITS || scale > precision || scale < 0) {
      throw new IllegalArgumentException(
          "column "
              + path
              + " is a decimal of "
              + precision
              + " digits, "
              + scale
              + " after the decimal point");
    }
    return LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
  }

  private static Schema ofInt(@Nullable LogicalTypeAnnotation annotation) {
    if (annotation instanceof DateLogicalTypeAnnotation) {
      return logical("date", Schema.Type.INT);
    }
    if (annotation instanceof TimeLogicalTypeAnnotation time) {
      return time(logical("time-millis", Schema.Type.INT), time);
    }
    if (annotation instanceof IntLogicalTypeAnnotation integer) {
      boolean large = integer.getBitWidth() == INT_BITS && !integer.isSigned();
      return was(Schema.create(large ? Schema.Type.LONG : Schema.Type.INT), integer.toString());
    }
    return Schema.create(Schema.Type.INT);
  }

  private static Schema ofLong(@Nullable LogicalTypeAnnotation annotation) {
    if (annotation instanceof TimeLogicalTypeAnnotation time) {
      return time.getUnit() == TimeUnit.NANOS
          ? was(Types.string(), time.toString())
          : time(logical("time-micros", Schema.Type.LONG), time);
    }
    if (annotation instanceof TimestampLogicalTypeAnnotation timestamp) {
      String unit =
          switch (timestamp.getUnit()) {
            case MILLIS -> "millis";
            case MICROS -> "micros";
            case NANOS -> "nanos";
          };
      String local = timestamp.isAdjustedToUTC() ? "" : "local-";
      return logical(local + "timestamp-" + unit, Schema.Type.LONG);
    }
    if (annotation instanceof IntLogicalTypeAnnotation integer) {
      if (integer.isSigned() || integer.getBitWidth() < LONG_BITS) {
        return was(Schema.create(Schema.Type.LONG), integer.toString());
      }
      return was(decimal("", UINT64_DIGITS, 0), integer.toString());
    }
    return Schema.create(Schema.Type.LONG);
  }

  /** Avro's time types can't express that a time is not in UTC. */
  private static Schema time(Schema type, TimeLogicalTypeAnnotation time) {
    return time.isAdjustedToUTC() ? type : was(type, time.toString());
  }

  private static Schema ofBinary(@Nullable LogicalTypeAnnotation annotation) {
    if (annotation instanceof StringLogicalTypeAnnotation) {
      return Types.string();
    }
    if (annotation instanceof EnumLogicalTypeAnnotation) {
      return was(Types.string(), ParquetTypes.ENUM);
    }
    if (annotation instanceof JsonLogicalTypeAnnotation) {
      return was(Types.json(), ParquetTypes.JSON);
    }
    Schema bytes = Schema.create(Schema.Type.BYTES);
    return annotation instanceof BsonLogicalTypeAnnotation ? was(bytes, ParquetTypes.BSON) : bytes;
  }

  private static Schema ofFixed(String path, PrimitiveType column, FieldNames typeNames) {
    LogicalTypeAnnotation annotation = column.getLogicalTypeAnnotation();
    if (annotation instanceof UUIDLogicalTypeAnnotation) {
      return was(logical("uuid", Schema.Type.STRING), ParquetTypes.UUID);
    }
    if (annotation instanceof Float16LogicalTypeAnnotation) {
      return was(Schema.create(Schema.Type.FLOAT), ParquetTypes.FLOAT16);
    }
    Schema fixed =
        Schema.createFixed(typeNames.free(path), null, NAMESPACE, column.getTypeLength());
    if (annotation instanceof IntervalLogicalTypeAnnotation) {
      fixed.addProp("logicalType", "duration");
    }
    return fixed;
  }

  private static Schema logical(String name, Schema.Type stored) {
    Schema type = Schema.create(stored);
    // This version of Avro doesn't know all of them.
    type.addProp("logicalType", name);
    return type;
  }

  private static Schema was(Schema type, String parquetType) {
    type.addProp(Types.PARQUET_TYPE, parquetType);
    return type;
  }
}
