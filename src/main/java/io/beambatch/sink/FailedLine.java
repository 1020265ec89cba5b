package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.Outcomes;
import io.beambatch.json.JsonSlice;
import io.beambatch.schema.DocumentSchemas;
import io.beambatch.schema.Types;
import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;

/**
 * A failed document that stands in one field, as JSON: of a source whose documents have no schema,
 * or that has others than documents, such as lines that are no JSON.
 */
final class FailedLine {
  /** The column that has the document. */
  static final String DOCUMENT = "document";

  private FailedLine() {}

  /** The schema of such documents. */
  static Schema schema() {
    Schema.Field document =
        new Schema.Field(DOCUMENT, Types.nullable(Types.json()), null, Schema.Field.NULL_VALUE);
    return DocumentSchemas.failed(
        Schema.createRecord("FailedDocument", null, "io.beambatch", false, List.of(document)),
        Outcomes.FAILURE);
  }

  /** Puts the document of a line of failures into a field, and leaves the failure beside it. */
  static String wrapped(byte[] bytes, int from, int to) throws IOException {
    String line = new String(bytes, from, to - from, UTF_8);
    JsonSlice json = JsonSlice.of(line);
    StringBuilder document = new StringBuilder(line.length()).append('{');
    String failure = "null";
    try (JsonParser parser = json.parser()) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        long start = parser.currentTokenLocation().getByteOffset();
        String name = parser.currentName();
        parser.nextToken();
        JsonSlice value = json.value(parser);
        if (name.equals(Outcomes.FAILURE)) {
          failure = value.json();
        } else {
          document
              .append(document.length() > 1 ? "," : "")
              .append(json.part(start, json.length() - json.after(value).length()).json());
        }
      }
    }
    return "{\"" + DOCUMENT + "\":" + document + "},\"" + Outcomes.FAILURE + "\":" + failure + "}";
  }
}
