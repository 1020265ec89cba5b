package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Rows as BigQuery writes them into Avro and reads them from it, by its documentation: rows are
 * maps from column to Long, Double, Boolean, String (also GEOGRAPHY, JSON, INTERVAL), ByteBuffer,
 * BigDecimal, LocalDate, LocalTime, LocalDateTime, Instant, lists, and maps for records.
 */
final class TypedRows {
  private TypedRows() {}

  /** The schema of exports, and of the Storage Read API. */
  static Schema exported(List<TableFieldSchema> columns) {
    return exported("__root__", columns);
  }

  private static Schema exported(String name, List<TableFieldSchema> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    for (TableFieldSchema column : columns) {
      Schema type = exportedType(name + "_" + column.getName(), column);
      Schema full =
          switch (String.valueOf(column.getMode())) {
            case "REPEATED" -> Schema.createArray(type);
            case "REQUIRED" -> type;
            default -> Schema.createUnion(Schema.create(Schema.Type.NULL), type);
          };
      fields.add(new Schema.Field(column.getName(), full));
    }
    return Schema.createRecord(name, null, null, false, fields);
  }

  private static Schema exportedType(String name, TableFieldSchema column) {
    return switch (column.getType()) {
      case "INTEGER" -> Schema.create(Schema.Type.LONG);
      case "FLOAT" -> Schema.create(Schema.Type.DOUBLE);
      case "BOOLEAN" -> Schema.create(Schema.Type.BOOLEAN);
      case "BYTES" -> Schema.create(Schema.Type.BYTES);
      case "STRING" -> Schema.create(Schema.Type.STRING);
      case "TIMESTAMP" ->
          LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case "TIME" -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case "DATE" -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case "DATETIME" -> {
        Schema text = Schema.create(Schema.Type.STRING);
        text.addProp("logicalType", "datetime");
        yield text;
      }
      case "NUMERIC", "BIGNUMERIC" -> {
        boolean big = column.getType().equals("BIGNUMERIC");
        int precision = column.getPrecision() == null ? (big ? 77 : 38) : precision(column);
        int scale =
            column.getPrecision() == null
                ? (big ? 38 : 9)
                : column.getScale() == null ? 0 : column.getScale().intValue();
        yield LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES));
      }
      case "GEOGRAPHY", "JSON", "INTERVAL" -> {
        Schema text = Schema.create(Schema.Type.STRING);
        text.addProp("sqlType", column.getType());
        yield text;
      }
      case "RECORD" -> exported(name, column.getFields());
      case "RANGE" -> {
        String element = column.getRangeElementType().getType().toLowerCase(Locale.ROOT);
        Schema range = exported("google.sqlType.range_" + element, bounds(column));
        range.addProp("sqlType", "RANGE");
        yield range;
      }
      default -> throw new AssertionError(column.getType());
    };
  }

  private static List<TableFieldSchema> bounds(TableFieldSchema range) {
    String type = range.getRangeElementType().getType();
    return List.of(
        new TableFieldSchema().setName("start").setType(type),
        new TableFieldSchema().setName("end").setType(type));
  }

  private static int precision(TableFieldSchema column) {
    return column.getPrecision().intValue();
  }

  /** A row as it is exported. */
  static GenericRecord toRecord(
      Map<String, Object> row, List<TableFieldSchema> columns, Schema schema) {
    GenericRecord record = new GenericData.Record(schema);
    for (TableFieldSchema column : columns) {
      Schema type = schema.getField(column.getName()).schema();
      Object value = row.get(column.getName());
      if ("REPEATED".equals(column.getMode())) {
        List<Object> items = new ArrayList<>();
        for (Object item : value == null ? List.of() : (List<?>) value) {
          items.add(toAvro(item, column, type.getElementType()));
        }
        record.put(column.getName(), items);
      } else if (value == null) {
        record.put(column.getName(), null);
      } else {
        Schema inner = type.getType() == Schema.Type.UNION ? type.getTypes().get(1) : type;
        record.put(column.getName(), toAvro(value, column, inner));
      }
    }
    return record;
  }

  @SuppressWarnings("unchecked")
  private static Object toAvro(Object value, TableFieldSchema column, Schema type) {
    return switch (column.getType()) {
      case "TIMESTAMP" -> micros((Instant) value);
      case "TIME" -> ((LocalTime) value).toNanoOfDay() / 1000;
      case "DATE" -> Math.toIntExact(((LocalDate) value).toEpochDay());
      case "DATETIME" -> DateTimeFormatter.ISO_LOCAL_DATE_TIME.format((LocalDateTime) value);
      case "NUMERIC", "BIGNUMERIC" ->
          ByteBuffer.wrap(
              ((BigDecimal) value)
                  .setScale(((LogicalTypes.Decimal) type.getLogicalType()).getScale())
                  .unscaledValue()
                  .toByteArray());
      case "RECORD" -> toRecord((Map<String, Object>) value, column.getFields(), type);
      case "RANGE" -> toRecord((Map<String, Object>) value, bounds(column), type);
      case "BYTES" -> ((ByteBuffer) value).duplicate();
      default -> value;
    };
  }

  /** Unlike {@code ChronoUnit.MICROS.between}, also of years far from 1970. */
  private static long micros(Instant time) {
    long seconds = time.getEpochSecond();
    return seconds * 1_000_000 + time.getNano() / 1_000;
  }

  /**
   * The row that a loaded record is.
   *
   * @throws IllegalArgumentException if a load job would not take it
   */
  static Map<String, Object> fromRecord(GenericRecord record, List<TableFieldSchema> columns) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (Schema.Field field : record.getSchema().getFields()) {
      if (columns.stream().noneMatch(column -> column.getName().equals(field.name()))) {
        throw new IllegalArgumentException("No such field: " + field.name());
      }
    }
    for (TableFieldSchema column : columns) {
      Schema.Field field = record.getSchema().getField(column.getName());
      Object value = field == null ? null : record.get(field.pos());
      if ("REPEATED".equals(column.getMode())) {
        if (field != null && field.schema().getType() != Schema.Type.ARRAY) {
          throw new IllegalArgumentException(column.getName() + " is no array");
        }
        List<Object> items = new ArrayList<>();
        for (Object item : value == null ? List.of() : (List<?>) value) {
          items.add(fromAvro(item, column, field.schema().getElementType()));
        }
        row.put(column.getName(), items);
      } else if (value == null) {
        if ("REQUIRED".equals(column.getMode())) {
          throw new IllegalArgumentException(
              "Required field " + column.getName() + " cannot be null");
        }
        row.put(column.getName(), null);
      } else {
        Schema type = field.schema();
        Schema inner = type.getType() == Schema.Type.UNION ? type.getTypes().get(1) : type;
        row.put(column.getName(), fromAvro(value, column, inner));
      }
    }
    return row;
  }

  private static Object fromAvro(Object value, TableFieldSchema column, Schema type) {
    String logical = String.valueOf(type.getProp("logicalType"));
    String sql = String.valueOf(type.getProp("sqlType"));
    String is = type.getType() + "/" + logical;
    return switch (column.getType()) {
      case "INTEGER" -> expect(is, "LONG/null", value);
      case "FLOAT" -> expect(is, "DOUBLE/null", value);
      case "BOOLEAN" -> expect(is, "BOOLEAN/null", value);
      case "STRING" -> expect(is, "STRING/null", value.toString());
      case "JSON", "GEOGRAPHY" -> {
        expect(sql, column.getType(), value);
        yield expect(is, "STRING/null", value.toString());
      }
      case "BYTES" -> ((ByteBuffer) expect(is, "BYTES/null", value)).duplicate();
      case "DATE" -> LocalDate.ofEpochDay((Integer) expect(is, "INT/date", value));
      case "TIME" -> LocalTime.ofNanoOfDay((Long) expect(is, "LONG/time-micros", value) * 1000);
      case "TIMESTAMP" ->
          Instant.EPOCH.plus((Long) expect(is, "LONG/timestamp-micros", value), ChronoUnit.MICROS);
      case "DATETIME" ->
          LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC)
              .plus((Long) expect(is, "LONG/local-timestamp-micros", value), ChronoUnit.MICROS);
      case "NUMERIC", "BIGNUMERIC" -> {
        expect(is, "BYTES/decimal", value);
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        yield new BigDecimal(
            new BigInteger(bytes), ((LogicalTypes.Decimal) type.getLogicalType()).getScale());
      }
      case "RECORD" -> fromRecord((GenericRecord) value, column.getFields());
      default -> throw new IllegalArgumentException("Avro can't fill a " + column.getType());
    };
  }

  private static <T> T expect(String is, String expected, T value) {
    if (!is.equals(expected)) {
      throw new IllegalArgumentException("expected " + expected + " but found " + is);
    }
    return value;
  }
}
