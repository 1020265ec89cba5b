package io.beambatch.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.ReservedFields;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Scans a JSON object in one pass, for faults and for the fields that the reader needs. */
final class JsonScan {
  private final @Nullable IdField idField;
  private @Nullable String id;
  private @Nullable String idFault;
  private boolean idByFullName;
  private boolean reserved;
  private int otherFields;
  private @Nullable String line;
  private boolean source;
  private @Nullable JsonSlice csv;
  private @Nullable JsonSlice columns;

  private JsonScan(@Nullable IdField idField) {
    this.idField = idField;
  }

  /** Scans bytes that must be one object and nothing else. */
  static JsonScan of(byte[] bytes, int from, int to, @Nullable IdField idField)
      throws InvalidRecordException {
    JsonScan scan = new JsonScan(idField);
    JsonSlice object = JsonSlice.of(bytes, from, to);
    SourceJson.parse(bytes, from, to, parser -> scan.read(parser, object));
    return scan;
  }

  /** The id field's value as text, or null. */
  @Nullable String id() {
    return id;
  }

  /** Why the id field's value can't be an id, or null. */
  @Nullable String idFault() {
    return idFault;
  }

  /** Returns whether it has fields that an earlier run added. */
  boolean reserved() {
    return reserved;
  }

  /** The original line of a failed record of an earlier run, or null if it isn't one. */
  @Nullable String wrappedLine() {
    return otherFields == 1 + (columns == null ? 0 : 1) ? line : null;
  }

  /** The header and dialect of a failed record that was a CSV row; null if it wasn't. */
  @Nullable CsvRow csvRow() {
    boolean only = otherFields == 2 + (columns == null ? 0 : 1);
    return only && line != null && csv != null ? CsvRow.of(csv) : null;
  }

  /** The partition columns of a failed record's file; null if there are none. */
  @Nullable PartitionColumns columns() throws IOException {
    return line == null || columns == null ? null : PartitionColumns.of(columns);
  }

  /** The text of {@link SourceRecord#LINE}, or null. */
  @Nullable String line() {
    return line;
  }

  /** Returns whether it represents a record that an earlier run found too long. */
  boolean pointsToSource() {
    return otherFields == 1 + (columns == null ? 0 : 1) && source;
  }

  private void read(JsonParser parser, JsonSlice object)
      throws IOException, InvalidRecordException {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new InvalidRecordException("not a JSON object but " + kind(first));
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (ReservedFields.has(name)) {
        reserved = true;
      } else {
        otherFields++;
        if (name.equals(SourceRecord.LINE) && value == JsonToken.VALUE_STRING) {
          line = parser.getText();
        } else if (name.equals(SourceRecord.SOURCE) && value == JsonToken.START_OBJECT) {
          source = true;
        } else if (name.equals(CsvRow.CSV) && value == JsonToken.START_OBJECT) {
          csv = object.value(parser);
        } else if (name.equals(PartitionColumns.COLUMNS) && value == JsonToken.START_OBJECT) {
          columns = object.value(parser);
        }
      }
      if (idField != null) {
        findId(parser, name, value, idField);
      }
      parser.skipChildren();
    }
    if (parser.nextToken() != null) {
      throw new InvalidRecordException("more than one JSON value; put each on a line of its own");
    }
  }

  private void findId(JsonParser parser, String name, JsonToken value, IdField field)
      throws IOException {
    if (name.equals(field.name())) {
      idByFullName = true;
      takeId(parser, value);
    } else if (!idByFullName && name.equals(field.steps().get(0))) {
      walk(parser, value, field, 1);
    }
  }

  private void walk(JsonParser parser, JsonToken value, IdField field, int step)
      throws IOException {
    if (step == field.steps().size()) {
      takeId(parser, value);
      return;
    }
    id = null;
    idFault = null;
    if (value != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean onPath = parser.currentName().equals(field.steps().get(step));
      JsonToken inner = parser.nextToken();
      if (onPath) {
        walk(parser, inner, field, step + 1);
      }
      parser.skipChildren();
    }
  }

  private void takeId(JsonParser parser, JsonToken value) throws IOException {
    boolean usable = value == JsonToken.VALUE_STRING || value.isNumeric();
    id = usable ? parser.getText() : null;
    idFault =
        usable || value == JsonToken.VALUE_NULL
            ? null
            : "the id field '"
                + Objects.requireNonNull(idField).name()
                + "' is "
                + kind(value)
                + ", not text or a number";
  }

  private static String kind(@Nullable JsonToken token) {
    if (token == null) {
      return "nothing";
    }
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "something else";
    };
  }
}
