package io.beambatch.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.SourceRecord;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.JsonText;
import io.beambatch.schema.DocumentSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The partition columns in the names of a file's folders, as Hive, Spark, DuckDB and pyarrow write
 * them: every document of {@code year=2026/city=Ulm/x.parquet} gets the text fields {@code year}
 * and {@code city}, unless it has fields of those names itself.
 */
final class PartitionColumns {
  /** Null in a folder's name. */
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

  private final Map<String, @Nullable String> columns = new LinkedHashMap<>();

  /** The field of a broken record that holds the partition columns of its file. */
  static final String COLUMNS = "_columns";

  private PartitionColumns() {}

  /** The partition columns of a broken record; null if they have been changed. */
  static @Nullable PartitionColumns of(JsonSlice json) throws IOException {
    PartitionColumns columns = new PartitionColumns();
    try (JsonParser parser = json.parser()) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
          return null;
        }
        columns.columns.put(name, value == JsonToken.VALUE_NULL ? null : parser.getText());
      }
    }
    return columns;
  }

  /** The partition columns in a path. */
  static PartitionColumns of(String path) {
    PartitionColumns columns = new PartitionColumns();
    String[] steps = path.split("/", -1);
    for (int i = 0; i < steps.length - 1; i++) {
      int equals = steps[i].indexOf('=');
      if (equals > 0) {
        String value = steps[i].substring(equals + 1);
        columns.columns.put(
            decoded(steps[i].substring(0, equals)), value.equals(NULL) ? null : decoded(value));
      }
    }
    return columns;
  }

  /** Decodes percent-encoded bytes; anything else is literal, including a plus sign. */
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return text;
    }
  }

  boolean isEmpty() {
    return columns.isEmpty();
  }

  /** Adds the columns to documents as their last fields. */
  SplitReader.Receiver addingTo(SplitReader.Receiver receiver) {
    return new SplitReader.Receiver() {
      @Override
      public void document(Document document) {
        receiver.document(addTo(document));
      }

      @Override
      public void invalid(FailedDocument failed) {
        Document document = failed.document();
        receiver.invalid(
            new FailedDocument(
                new Document(document.id(), addToFailed(document.json())), failed.failure()));
      }
    };
  }

  /**
   * Adds the columns to the JSON of a broken record: in a field of their own if its other fields
   * are unknown.
   */
  String addToFailed(String json) {
    if (!SourceRecord.standsIn(json)) {
      return addTo(new Document("", json)).json();
    }
    if (ownNames(json, Set.of(COLUMNS)).contains(COLUMNS)) {
      return json;
    }
    JsonText values = new JsonText();
    columns.forEach(values::put);
    return new JsonText().put(COLUMNS, values).behind(json);
  }

  /** A document with the columns as its last fields. */
  Document addTo(Document document) {
    JsonText added = new JsonText();
    Set<String> own = ownNames(document.json(), columns.keySet());
    columns.forEach(
        (name, value) -> {
          if (!own.contains(name)) {
            added.put(name, value);
          }
        });
    return added.isEmpty() ? document : new Document(document.id(), added.behind(document.json()));
  }

  /** The fields of an object that have one of these names. */
  private static Set<String> ownNames(String json, Set<String> names) {
    Set<String> own = new HashSet<>();
    try {
      for (String name : JsonSlice.of(json).names()) {
        if (names.contains(name)) {
          own.add(name);
        }
      }
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException("a document that was parsed before can't be parsed", e);
    }
  }

  /** A schema with the columns as its last fields. */
  Schema addTo(Schema documents) {
    return columns.isEmpty() ? documents : DocumentSchemas.withTexts(documents, columns.keySet());
  }
}
