package io.beambatch.bigquery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.document.ReservedFields;
import io.beambatch.json.JsonSlice;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.sink.Output;
import java.io.IOException;

/**
 * Wraps a failed document into one column, as JSON. Sources without a schema need that: their
 * failures may include records that are not documents, such as lines that are not JSON.
 */
final class FailedLine {
  private FailedLine() {}

  /** Wraps each document before it reaches another writer. */
  static DocumentWriter wrapping(DocumentWriter rows) {
    return new DocumentWriter() {
      @Override
      public void add(byte[] buffer, int from, int to) throws IOException {
        byte[] wrapped = wrapped(buffer, from, to).getBytes(UTF_8);
        rows.add(wrapped, 0, wrapped.length);
      }

      @Override
      public void close() throws IOException {
        rows.close();
      }
    };
  }

  /** Moves all fields of a line into one field, except the failure, which stays beside it. */
  private static String wrapped(byte[] bytes, int from, int to) throws IOException {
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
        if (name.equals(ReservedFields.FAILURE)) {
          failure = value.json();
        } else {
          document
              .append(document.length() > 1 ? "," : "")
              .append(json.part(start, json.length() - json.after(value).length()).json());
        }
      }
    }
    return "{\""
        + Output.DOCUMENT
        + "\":"
        + document
        + "},\""
        + ReservedFields.FAILURE
        + "\":"
        + failure
        + "}";
  }
}
