package io.beambatch.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import io.beambatch.schema.FieldNames;
import io.beambatch.schema.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Converts a table's columns to an Avro schema, and an Avro schema to columns.
 *
 * <p>The Avro types are those that a load job accepts: NUMERIC and BIGNUMERIC as decimals, DATE,
 * TIME and TIMESTAMP as logical types, DATETIME as a local timestamp, JSON and GEOGRAPHY as strings
 * with the property {@code sqlType}, REPEATED as arrays, RECORD as records. The property {@value
 * #MAX_LENGTH} holds a column's maximum length.
 */
final class Columns {
  private static final String INTERVAL = "INTERVAL";
  private static final String RANGE = "RANGE";
  private static final String MAX_LENGTH = "maxLength";
  private static final int NUMERIC_PRECISION = 38;
  private static final int NUMERIC_SCALE = 9;
  private static final int BIGNUMERIC_PRECISION = 77;
  private static final int BIGNUMERIC_SCALE = 38;
  private static final int BIGNUMERIC_WHOLE = 38;

  private final boolean nullableArrays;

  private Columns(boolean nullableArrays) {
    this.nullableArrays = nullableArrays;
  }

  /**
   * The Avro schema of a table's rows.
   *
   * @throws IllegalArgumentException naming a column of an unknown type
   */
  static Schema avro(TableSchema table) {
    return new Columns(false).record("row", "", table.getFields(), null);
  }

  /**
   * The schema of documents that will be rows: unlike in BigQuery, arrays may be null in them, and
   * fields may have other names.
   *
   * @param documents has the names
   */
  static Schema written(TableSchema table, Schema documents) {
    return new Columns(true).record("row", "", table.getFields(), documents);
  }

  private Schema record(
      String name, String path, List<TableFieldSchema> columns, @Nullable Schema documents) {
    List<Schema.Field> fields = new ArrayList<>();
    for (TableFieldSchema column : columns) {
      String columnPath = path.isEmpty() ? column.getName() : path + "." + column.getName();
      Schema.Field document =
          documents == null || documents.getType() != Schema.Type.RECORD
              ? null
              : documents.getField(column.getName());
      Schema.Field field = field(column, columnPath, name + "_" + column.getName(), document);
      if (document != null && !FieldNames.original(document).equals(field.name())) {
        field.addProp(FieldNames.ORIGINAL, FieldNames.original(document));
      }
      fields.add(field);
    }
    return Schema.createRecord(name, null, null, false, fields);
  }

  private Schema.Field field(
      TableFieldSchema column, String path, String recordName, Schema.@Nullable Field document) {
    Schema type = type(column, path, recordName, inner(document));
    String doc = column.getDescription();
    if (isRepeated(column)) {
      // BigQuery's arrays are empty, never null.
      Schema array = Schema.createArray(type);
      return nullableArrays
          ? new Schema.Field(column.getName(), Types.nullable(array), doc, Schema.Field.NULL_VALUE)
          : new Schema.Field(column.getName(), array, doc, List.of());
    }
    return isRequired(column)
        ? new Schema.Field(column.getName(), type, doc)
        : new Schema.Field(column.getName(), Types.nullable(type), doc, Schema.Field.NULL_VALUE);
  }

  private static @Nullable Schema inner(Schema.@Nullable Field document) {
    if (document == null) {
      return null;
    }
    Schema type = Types.withoutNull(document.schema());
    return type.getType() == Schema.Type.ARRAY ? Types.withoutNull(type.getElementType()) : type;
  }

  private Schema type(
      TableFieldSchema column, String path, String recordName, @Nullable Schema documents) {
    String type = name(column);
    return switch (type) {
      case "STRING" -> ofLength(column, Types.string());
      case "BYTES" -> ofLength(column, Schema.create(Schema.Type.BYTES));
      case "INTEGER" -> Schema.create(Schema.Type.LONG);
      case "FLOAT" -> Schema.create(Schema.Type.DOUBLE);
      case "BOOLEAN" -> Schema.create(Schema.Type.BOOLEAN);
      case "TIMESTAMP" -> longOf(LogicalTypes.timestampMicros());
      case "DATETIME" -> longOf(LogicalTypes.localTimestampMicros());
      case "TIME" -> longOf(LogicalTypes.timeMicros());
      case "DATE" -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case "NUMERIC" -> decimal(column, NUMERIC_PRECISION, NUMERIC_SCALE);
      case "BIGNUMERIC" -> {
        Schema decimal = decimal(column, BIGNUMERIC_PRECISION, BIGNUMERIC_SCALE);
        decimal.addProp(Types.SQL_TYPE, type);
        yield decimal;
      }
      case "JSON" -> Types.json();
      case "GEOGRAPHY", INTERVAL -> {
        Schema text = Types.string();
        text.addProp(Types.SQL_TYPE, type);
        yield text;
      }
      case RANGE -> range(column, path, recordName);
      case "RECORD" -> record(recordName, path, column.getFields(), documents);
      default ->
          throw new IllegalArgumentException(
              "column " + path + " is of type " + type + ", which is unknown");
    };
  }

  private Schema range(TableFieldSchema column, String path, String recordName) {
    String type = column.getRangeElementType().getType();
    Schema range =
        record(
            recordName,
            path,
            List.of(
                new TableFieldSchema().setName("start").setType(type),
                new TableFieldSchema().setName("end").setType(type)),
            null);
    range.addProp(Types.SQL_TYPE, RANGE);
    return range;
  }

  private static Schema ofLength(TableFieldSchema column, Schema type) {
    if (column.getMaxLength() != null) {
      type.addProp(MAX_LENGTH, column.getMaxLength());
    }
    return type;
  }

  private static Schema longOf(LogicalType type) {
    return type.addToSchema(Schema.create(Schema.Type.LONG));
  }

  private static Schema decimal(TableFieldSchema column, int precision, int scale) {
    LogicalType type =
        column.getPrecision() == null
            ? LogicalTypes.decimal(precision, scale)
            : LogicalTypes.decimal(
                Math.toIntExact(column.getPrecision()),
                column.getScale() == null ? 0 : Math.toIntExact(column.getScale()));
    return type.addToSchema(Schema.create(Schema.Type.BYTES));
  }

  /**
   * The columns for the records of an Avro schema. Types that BigQuery lacks become JSON: maps,
   * unions of several types, arrays of arrays or with nulls, records without fields. Numbers and
   * times with more digits than BigQuery keeps become strings.
   */
  static TableSchema of(Schema record) {
    return new TableSchema().setFields(columns(record));
  }

  private static List<TableFieldSchema> columns(Schema record) {
    return record.getFields().stream().map(Columns::column).toList();
  }

  private static TableFieldSchema column(Schema.Field field) {
    Schema type = Types.withoutNull(field.schema());
    boolean repeated = type.getType() == Schema.Type.ARRAY;
    TableFieldSchema column = repeated ? elements(type.getElementType()) : typed(type);
    String mode =
        repeated && column.getMode() == null
            ? "REPEATED"
            : field.schema().isNullable() || repeated ? "NULLABLE" : "REQUIRED";
    return column.setName(field.name()).setMode(mode).setDescription(field.doc());
  }

  /** BigQuery has neither arrays of arrays nor arrays with nulls. */
  private static TableFieldSchema elements(Schema element) {
    return element.isNullable() || element.getType() == Schema.Type.ARRAY
        ? new TableFieldSchema().setType("JSON").setMode("NULLABLE")
        : typed(element);
  }

  private static TableFieldSchema typed(Schema type) {
    TableFieldSchema column = new TableFieldSchema();
    String logical = Types.logicalName(type);
    return switch (type.getType()) {
      case BOOLEAN -> column.setType("BOOLEAN");
      case INT ->
          column.setType(
              "date".equals(logical) ? "DATE" : "time-millis".equals(logical) ? "TIME" : "INTEGER");
      case LONG -> column.setType(ofLong(logical));
      case FLOAT, DOUBLE -> column.setType("FLOAT");
      case STRING ->
          column.setType(ofString(type.getProp(Types.SQL_TYPE))).setMaxLength(maxLength(type));
      case ENUM -> column.setType("STRING");
      case BYTES, FIXED ->
          LogicalTypes.fromSchemaIgnoreInvalid(type) instanceof LogicalTypes.Decimal decimal
              ? ofDecimal(column, decimal, type.getProp(Types.SQL_TYPE))
              : column.setType("BYTES").setMaxLength(maxLength(type));
      case RECORD ->
          RANGE.equals(type.getProp(Types.SQL_TYPE))
              ? column.setType(RANGE)
              : type.getFields().isEmpty()
                  ? column.setType("JSON")
                  : column.setType("RECORD").setFields(columns(type));
      case MAP, UNION, ARRAY, NULL -> column.setType("JSON");
    };
  }

  private static @Nullable Long maxLength(Schema type) {
    return type.getObjectProp(MAX_LENGTH) instanceof Number length ? length.longValue() : null;
  }

  private static String ofLong(@Nullable String logical) {
    return switch (String.valueOf(logical)) {
      case "timestamp-nanos", "local-timestamp-nanos" -> "STRING";
      case "time-micros" -> "TIME";
      case "timestamp-millis", "timestamp-micros" -> "TIMESTAMP";
      case "local-timestamp-millis", "local-timestamp-micros" -> "DATETIME";
      default -> "INTEGER";
    };
  }

  private static String ofString(@Nullable String sqlType) {
    String name = String.valueOf(sqlType);
    return switch (name) {
      case "JSON", "GEOGRAPHY", "DATETIME", "DATE", "TIME", INTERVAL -> name;
      default -> "STRING";
    };
  }

  private static TableFieldSchema ofDecimal(
      TableFieldSchema column, LogicalTypes.Decimal decimal, @Nullable String sqlType) {
    int precision = decimal.getPrecision();
    int scale = decimal.getScale();
    int whole = precision - scale;
    boolean big =
        "BIGNUMERIC".equals(sqlType)
            || scale > NUMERIC_SCALE
            || whole > NUMERIC_PRECISION - NUMERIC_SCALE;
    boolean whatItsNameSays =
        big
            ? precision == BIGNUMERIC_PRECISION && scale == BIGNUMERIC_SCALE
            : precision == NUMERIC_PRECISION && scale == NUMERIC_SCALE;
    if (!whatItsNameSays && (scale > BIGNUMERIC_SCALE || whole > BIGNUMERIC_WHOLE)) {
      return column.setType("STRING");
    }
    return whatItsNameSays
        ? column.setType(big ? "BIGNUMERIC" : "NUMERIC")
        : column
            .setType(big ? "BIGNUMERIC" : "NUMERIC")
            .setPrecision((long) precision)
            .setScale((long) scale);
  }

  /**
   * The path of a column whose type can be read but not loaded from files; null if there is none.
   */
  static @Nullable String notLoadable(List<TableFieldSchema> columns, String path) {
    for (TableFieldSchema column : columns) {
      String columnPath = path.isEmpty() ? column.getName() : path + "." + column.getName();
      String type = name(column);
      if (type.equals(INTERVAL) || type.equals(RANGE)) {
        return columnPath;
      }
      String inner = type.equals("RECORD") ? notLoadable(column.getFields(), columnPath) : null;
      if (inner != null) {
        return inner;
      }
    }
    return null;
  }

  /** A column's type by its older name: each type has only one. */
  static String name(TableFieldSchema column) {
    String type = column.getType().toUpperCase(Locale.ROOT);
    return switch (type) {
      case "INT64" -> "INTEGER";
      case "FLOAT64" -> "FLOAT";
      case "BOOL" -> "BOOLEAN";
      case "STRUCT" -> "RECORD";
      case "DECIMAL" -> "NUMERIC";
      case "BIGDECIMAL" -> "BIGNUMERIC";
      default -> type;
    };
  }

  static boolean isRepeated(TableFieldSchema column) {
    return "REPEATED".equalsIgnoreCase(column.getMode());
  }

  static boolean isRequired(TableFieldSchema column) {
    return "REQUIRED".equalsIgnoreCase(column.getMode());
  }
}
