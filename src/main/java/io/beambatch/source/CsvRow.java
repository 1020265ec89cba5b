package io.beambatch.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.Document;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.CsvDialect;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.JsonText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CSV row in the dead letter: {@code {"_line": "1;two", "_csv": {"header": ["id", "text"],
 * "delimiter": ";"}}}. With its header and dialect it can be read again as it is, or corrected.
 */
final class CsvRow {
  /** The field with the header and dialect of {@link SourceRecord#LINE}. */
  static final String CSV = "_csv";

  private static final String HEADER = "header";
  private static final String DELIMITER = "delimiter";
  private static final String QUOTE = "quote";
  private static final String ESCAPE = "escape";
  private static final String RAGGED = "ragged";
  private static final String NONE = "none";

  private final List<String> header;
  private final CsvDialect dialect;

  private CsvRow(List<String> header, CsvDialect dialect) {
    this.header = header;
    this.dialect = dialect;
  }

  /** The JSON of a row; the dialect lists only what differs from RFC 4180. */
  static String json(String row, List<String> header, CsvDialect dialect) {
    JsonText csv = new JsonText().put(HEADER, header);
    if (dialect.delimiter() != ',') {
      csv.put(DELIMITER, String.valueOf(dialect.delimiter()));
    }
    if (dialect.quote() == null) {
      csv.put(QUOTE, NONE);
    } else if (dialect.quote() != '"') {
      csv.put(QUOTE, String.valueOf(dialect.quote()));
    }
    if (dialect.escape() != null) {
      csv.put(ESCAPE, String.valueOf(dialect.escape()));
    }
    if (dialect.ragged()) {
      csv.put(RAGGED, "true");
    }
    return new JsonText().put(SourceRecord.LINE, row).put(CSV, csv).build();
  }

  /** How a row is to be read; null if its {@link #CSV} field has been changed. */
  static @Nullable CsvRow of(JsonSlice csv) {
    List<String> header = new ArrayList<>();
    CsvDialect dialect = CsvDialect.STANDARD;
    try (JsonParser json = csv.parser()) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals(HEADER) && value == JsonToken.START_ARRAY) {
          while (json.nextToken() == JsonToken.VALUE_STRING) {
            header.add(json.getText());
          }
        } else if (value == JsonToken.VALUE_STRING && !json.getText().isEmpty()) {
          dialect = with(dialect, field, json.getText());
        } else {
          return null;
        }
      }
      return header.isEmpty() ? null : new CsvRow(header, dialect);
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory can't be read", e);
    }
  }

  private static CsvDialect with(CsvDialect dialect, String field, String text) {
    char c = text.charAt(0);
    return switch (field) {
      case DELIMITER -> new CsvDialect(c, dialect.quote(), dialect.escape(), dialect.ragged());
      case QUOTE ->
          new CsvDialect(
              dialect.delimiter(),
              text.equals(NONE) ? null : (Character) c,
              dialect.escape(),
              dialect.ragged());
      case ESCAPE -> new CsvDialect(dialect.delimiter(), dialect.quote(), c, dialect.ragged());
      case RAGGED ->
          new CsvDialect(
              dialect.delimiter(), dialect.quote(), dialect.escape(), text.equals("true"));
      default -> dialect;
    };
  }

  /** The document in a row; the exception for a row without one carries the same field again. */
  Document document(String row, @Nullable String idField, String place)
      throws InvalidRecordException {
    try {
      return new CsvRecords(place, idField, header, dialect, null).document(row, place);
    } catch (InvalidRecordException e) {
      String json = e.json() == null ? json(row, header, dialect) : e.json();
      throw new InvalidRecordException(e.getMessage() + " (in " + SourceRecord.LINE + ")", json);
    }
  }
}
