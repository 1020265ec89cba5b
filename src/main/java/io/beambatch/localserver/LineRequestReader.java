package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a line of an input file as a stream of tokens. */
final class LineRequestReader {
  private final Names names;
  private final LineRequest request;
  private final RequestReader body;
  private final @Nullable String model;

  LineRequestReader(BatchState batch, LineRequest request) {
    BatchFormat format = batch.format();
    this.names = format.traits().names();
    this.request = request;
    this.body = batch.endpoint().reader(request);
    this.model = format.traits().modelInLines() ? null : batch.text("model");
  }

  /**
   * The names of a line's fields.
   *
   * @param id identifies the request
   * @param body the request itself
   */
  record Names(String id, String body) {}

  /** Reads a request's body, and records what the endpoint would reject. */
  @FunctionalInterface
  interface RequestReader {
    /** Reads from the body's opening brace to its closing one. */
    void read(JsonParser in) throws IOException;
  }

  /**
   * Reads one line into the request.
   *
   * @return whether the line is a JSON object and nothing else
   * @throws com.fasterxml.jackson.core.JsonProcessingException if it isn't JSON
   */
  boolean read(JsonParser line) throws IOException {
    request.reset();
    request.model = model;
    if (line.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    String field;
    while ((field = line.nextFieldName()) != null) {
      line.nextToken();
      if (field.equals(names.id)) {
        request.customId = string(line);
      } else if (field.equals(names.body)) {
        request.hasBody = line.currentToken() == JsonToken.START_OBJECT;
        if (request.hasBody) {
          body.read(line);
        } else {
          line.skipChildren();
        }
      } else if (field.equals("method")) {
        request.method = string(line);
      } else if (field.equals("url")) {
        request.url = string(line);
      } else {
        line.skipChildren();
      }
    }
    return line.nextToken() == null;
  }

  /** The value if it is a string; otherwise null. */
  static @Nullable String string(JsonParser in) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      return in.getText();
    }
    in.skipChildren();
    return null;
  }
}
