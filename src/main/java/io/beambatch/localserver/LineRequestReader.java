package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads a line of an input file as a stream of tokens. */
final class LineRequestReader {
  private final LineRequest request;
  private final BodyReader body;

  LineRequestReader(BatchEndpoint endpoint, LineRequest request) {
    this.request = request;
    this.body = new BodyReader(endpoint, request);
  }

  /**
   * Reads one line into the request.
   *
   * @return whether the line is a JSON object and nothing else
   * @throws com.fasterxml.jackson.core.JsonProcessingException if it isn't JSON at all
   */
  boolean read(JsonParser line) throws IOException {
    request.reset();
    if (line.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    String field;
    while ((field = line.nextFieldName()) != null) {
      line.nextToken();
      switch (field) {
        case "custom_id" -> request.customId = string(line);
        case "method" -> request.method = string(line);
        case "url" -> request.url = string(line);
        case "body" -> {
          request.hasBody = line.currentToken() == JsonToken.START_OBJECT;
          if (request.hasBody) {
            body.read(line);
          } else {
            line.skipChildren();
          }
        }
        default -> line.skipChildren();
      }
    }
    return line.nextToken() == null;
  }

  /** The value as a string, or null if it is something else. */
  static @Nullable String string(JsonParser in) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_STRING) {
      return in.getText();
    }
    in.skipChildren();
    return null;
  }
}
