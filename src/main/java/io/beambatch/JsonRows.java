package io.beambatch;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.json.Json;
import java.io.IOException;
import java.io.Serializable;
import java.io.StringWriter;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.Schema.LogicalType;
import org.apache.beam.sdk.schemas.Schema.TypeName;
import org.apache.beam.sdk.schemas.logicaltypes.Date;
import org.apache.beam.sdk.schemas.logicaltypes.DateTime;
import org.apache.beam.sdk.schemas.logicaltypes.EnumerationType;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.NanosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.Time;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.joda.time.ReadableInstant;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows with a schema as JSON objects, and reads them back, exactly: a row that was written
 * and read is the same row. Beam's own {@code ToJson} loses digits of decimals when reading, and
 * doesn't support bytes, maps, times in microseconds, or a single-precision 1.1.
 *
 * <ul>
 *   <li>Numbers keep all their digits; {@code NaN} and {@code Infinity} are texts.
 *   <li>Dates and times are ISO 8601 texts, bytes are Base64 texts, enums are their symbols.
 *   <li>Any other logical type is written as its base type.
 * </ul>
 */
final class JsonRows implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Characters beyond it are escaped: a lone surrogate can't be written otherwise. */
  private static final int ASCII = 127;

  /**
   * Logical types whose values are written as their own texts, with the functions that parse these.
   */
  private static final Map<Class<?>, Function<String, Object>> TEXTS =
      Map.of(
          MicrosInstant.class, java.time.Instant::parse,
          NanosInstant.class, java.time.Instant::parse,
          Date.class, LocalDate::parse,
          Time.class, LocalTime::parse,
          DateTime.class, LocalDateTime::parse,
          UuidLogicalType.class, UUID::fromString);

  private final Schema schema;

  /**
   * The JSON of a schema's rows.
   *
   * @throws IllegalArgumentException if a field has a type that JSON can't represent
   */
  JsonRows(Schema schema) {
    this.schema = schema;
    check(schema, "");
  }

  private static void check(Schema schema, String path) {
    schema.getFields().forEach(field -> check(field.getType(), path + field.getName()));
  }

  private static void check(FieldType type, String path) {
    switch (type.getTypeName()) {
      case ROW -> check(Objects.requireNonNull(type.getRowSchema()), path + ".");
      case ARRAY, ITERABLE -> check(element(type), path);
      case MAP -> {
        if (!Objects.requireNonNull(type.getMapKeyType()).getTypeName().equals(TypeName.STRING)) {
          throw new IllegalArgumentException(
              "the field "
                  + path
                  + " is a map with keys that are not strings, which JSON can't have; convert or drop"
                  + " the field first");
        }
        check(mapValue(type), path);
      }
      case LOGICAL_TYPE -> {
        if (!TEXTS.containsKey(logical(type).getClass())) {
          check(logical(type).getBaseType(), path);
        }
      }
      default -> {}
    }
  }

  /** One JSON object on one line. */
  String json(Row row) throws IOException {
    StringWriter out = new StringWriter(512);
    try (JsonGenerator json = Json.FACTORY.createGenerator(out)) {
      writeRow(row, json);
    }
    return out.toString();
  }

  /**
   * Reads a JSON object: a row of the schema, and its other fields.
   *
   * @throws IOException if it doesn't fit the schema; the message shows no contents
   */
  Read read(String object) throws IOException {
    try (JsonParser json = Json.FACTORY.createParser(object)) {
      json.nextToken();
      Map<String, String> others = new HashMap<>();
      return new Read(readRow(schema, json, name -> others.put(name, text(object, json))), others);
    }
  }

  /**
   * A row, and the fields that don't belong to it.
   *
   * @param others the JSON of each field that is not in the schema
   */
  record Read(Row row, Map<String, String> others) {}

  private static void writeRow(Row row, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (int i = 0; i < row.getFieldCount(); i++) {
      Schema.Field field = row.getSchema().getField(i);
      json.writeFieldName(field.getName());
      write(field.getType(), row.getValue(i), json);
    }
    json.writeEndObject();
  }

  private static void write(FieldType type, @Nullable Object value, JsonGenerator json)
      throws IOException {
    if (value == null) {
      json.writeNull();
      return;
    }
    switch (type.getTypeName()) {
      case BYTE -> json.writeNumber((Byte) value);
      case INT16 -> json.writeNumber((Short) value);
      case INT32 -> json.writeNumber((Integer) value);
      case INT64 -> json.writeNumber((Long) value);
      case FLOAT -> json.writeNumber((Float) value);
      case DOUBLE -> json.writeNumber((Double) value);
      case DECIMAL -> json.writeNumber((java.math.BigDecimal) value);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case STRING -> writeText((String) value, json);
      case DATETIME -> json.writeString(((ReadableInstant) value).toInstant().toString());
      case BYTES -> json.writeString(Base64.getEncoder().encodeToString((byte[]) value));
      case ROW -> writeRow((Row) value, json);
      case ARRAY, ITERABLE -> {
        json.writeStartArray();
        for (Object item : (Iterable<?>) value) {
          write(element(type), item, json);
        }
        json.writeEndArray();
      }
      case MAP -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
          json.writeFieldName((String) entry.getKey());
          write(mapValue(type), entry.getValue(), json);
        }
        json.writeEndObject();
      }
      case LOGICAL_TYPE -> {
        LogicalType<Object, Object> logical = logical(type);
        if (type.getLogicalType() instanceof EnumerationType enumeration) {
          json.writeString(enumeration.toString((EnumerationType.Value) value));
        } else if (TEXTS.containsKey(logical.getClass())) {
          json.writeString(value.toString());
        } else {
          write(logical.getBaseType(), logical.toBaseType(value), json);
        }
      }
    }
  }

  private static void writeText(String text, JsonGenerator json) throws IOException {
    if (text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
      json.setHighestNonEscapedChar(ASCII);
      json.writeString(text);
      json.setHighestNonEscapedChar(0);
    } else {
      json.writeString(text);
    }
  }

  private static Row readRow(Schema schema, JsonParser json, OtherField other) throws IOException {
    expect(json.currentToken() == JsonToken.START_OBJECT, "a row");
    @Nullable Object[] values = new @Nullable Object[schema.getFieldCount()];
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (schema.hasField(name)) {
        int place = schema.indexOf(name);
        values[place] = read(schema.getField(place).getType(), json);
      } else {
        other.take(name);
      }
    }
    Row.Builder row = Row.withSchema(schema);
    for (int i = 0; i < values.length; i++) {
      expect(
          values[i] != null || schema.getField(i).getType().getNullable(),
          "a value in the field " + schema.getField(i).getName());
      row.addValue(values[i]);
    }
    return row.build();
  }

  /** The original JSON of the current value. */
  private static String text(String object, JsonParser json) throws IOException {
    int start = Math.toIntExact(json.currentTokenLocation().getCharOffset());
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      json.finishToken();
    } else {
      json.skipChildren();
    }
    return object.substring(start, Math.toIntExact(json.currentLocation().getCharOffset()));
  }

  private static @Nullable Object read(FieldType type, JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    return switch (type.getTypeName()) {
      case BYTE -> json.getByteValue();
      case INT16 -> json.getShortValue();
      case INT32 -> json.getIntValue();
      case INT64 -> json.getLongValue();
      // Not through a double, which would round twice.
      case FLOAT -> Float.valueOf(json.getText());
      case DOUBLE -> Double.valueOf(json.getText());
      case DECIMAL -> json.getDecimalValue();
      case BOOLEAN -> json.getBooleanValue();
      case STRING -> json.getText();
      case DATETIME -> Instant.parse(json.getText());
      case BYTES -> Base64.getDecoder().decode(json.getText());
      case ROW ->
          readRow(Objects.requireNonNull(type.getRowSchema()), json, name -> json.skipChildren());
      case ARRAY, ITERABLE -> {
        expect(json.currentToken() == JsonToken.START_ARRAY, "a list");
        List<@Nullable Object> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(element(type), json));
        }
        yield items;
      }
      case MAP -> {
        expect(json.currentToken() == JsonToken.START_OBJECT, "a map");
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String key = json.currentName();
          json.nextToken();
          entries.put(key, read(mapValue(type), json));
        }
        yield entries;
      }
      case LOGICAL_TYPE -> readLogical(type, json);
    };
  }

  private static Object readLogical(FieldType type, JsonParser json) throws IOException {
    if (type.getLogicalType() instanceof EnumerationType enumeration) {
      return enumeration.valueOf(json.getText());
    }
    LogicalType<Object, Object> logical = logical(type);
    Function<String, Object> text = TEXTS.get(logical.getClass());
    return text == null
        ? logical.toInputType(Objects.requireNonNull(read(logical.getBaseType(), json)))
        : text.apply(json.getText());
  }

  private static FieldType element(FieldType type) {
    return Objects.requireNonNull(type.getCollectionElementType());
  }

  private static FieldType mapValue(FieldType type) {
    return Objects.requireNonNull(type.getMapValueType());
  }

  @SuppressWarnings("unchecked") // its values come from JSON, in the form that it declares
  private static LogicalType<Object, Object> logical(FieldType type) {
    return (LogicalType<Object, Object>) Objects.requireNonNull(type.getLogicalType());
  }

  private static void expect(boolean isSo, String what) throws IOException {
    if (!isSo) {
      throw new IOException("a document that was a row has not " + what + " where it should be");
    }
  }

  /** Receives the value at a parser's position, for a field that is not in the schema. */
  @FunctionalInterface
  private interface OtherField {
    void take(String name) throws IOException;
  }
}
