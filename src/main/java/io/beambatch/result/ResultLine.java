package io.beambatch.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of an output or error file.
 *
 * @param status the HTTP status of the request, or 0 if it has none
 * @param requestId the provider's name for the request, or null
 * @param errorCode the provider's code for what went wrong, or null
 * @param errorMessage likewise its words
 * @param model the model that answered, or null
 * @param promptTokens as the provider counted them, or -1 if it did not
 * @param completionTokens likewise
 * @param answer what stands in the response body
 */
record ResultLine(
    int status,
    @Nullable String requestId,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable JsonSlice model,
    long promptTokens,
    long completionTokens,
    Answer answer) {

  /** Without the provider's words, which may quote the request. */
  @Override
  public String toString() {
    return "ResultLine[status=" + status + ", requestId=" + requestId + ", code=" + errorCode + "]";
  }

  /** Whether the request reached the model, and was answered and charged. */
  boolean succeeded() {
    return status >= 200 && status < 300;
  }

  /**
   * The custom_id of a line, which may stand anywhere at the line's top level; null if there is
   * none, or what stands before it can't be read. What follows it is not looked at.
   */
  static @Nullable String customId(JsonSlice line) throws IOException {
    try (JsonParser parser = line.parser()) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted = parser.currentName().equals("custom_id");
        JsonToken token = parser.nextToken();
        if (wanted) {
          return token == JsonToken.VALUE_STRING ? parser.getText() : null;
        }
        parser.skipChildren();
      }
      return null;
    } catch (JsonProcessingException unreadable) {
      return null;
    }
  }

  /** Reads the lines of one endpoint. */
  static final class Reader {
    private static final List<String> COMMON =
        List.of(
            "/response/status_code",
            "/response/request_id",
            "/error/code",
            "/error/message",
            "/response/body/error/code",
            "/response/body/error/type",
            "/response/body/error/message",
            "/response/body/model",
            "/response/body/usage/prompt_tokens",
            "/response/body/usage/input_tokens",
            "/response/body/usage/completion_tokens",
            "/response/body/usage/output_tokens");
    private static final String BODY = "/response/body";

    private final Endpoint endpoint;
    private final boolean ownPlace;
    private final JsonPaths paths;

    /**
     * A reader.
     *
     * @param pointer into the response body, or null for the endpoint's own place
     */
    Reader(Endpoint endpoint, @Nullable String pointer) {
      this.endpoint = endpoint;
      this.ownPlace = pointer == null;
      List<String> pointers = new ArrayList<>(COMMON);
      endpoint.pointers().forEach(own -> pointers.add(BODY + own));
      if (pointer != null) {
        pointers.add(BODY + pointer);
      }
      this.paths = JsonPaths.of(pointers);
    }

    /** Reads a line; null if it is not well-formed JSON. */
    @Nullable ResultLine read(JsonSlice line) throws IOException {
      @Nullable JsonSlice[] found;
      try {
        found = paths.find(line);
      } catch (JsonProcessingException unreadable) {
        return null;
      }
      int own = COMMON.size();
      Answer answer =
          endpoint.read(Arrays.asList(found).subList(own, own + endpoint.pointers().size()));
      return new ResultLine(
          (int) Math.min(Numbers.whole(found[0], 0), Integer.MAX_VALUE),
          text(found[1]),
          text(first(found[2], found[4], found[5])),
          text(first(found[3], found[6])),
          found[7],
          Numbers.whole(first(found[8], found[9]), -1),
          Numbers.whole(first(found[10], found[11]), -1),
          ownPlace ? answer : answer.withValue(found[found.length - 1]));
    }

    private static @Nullable JsonSlice first(@Nullable JsonSlice... values) {
      for (@Nullable JsonSlice value : values) {
        if (value != null) {
          return value;
        }
      }
      return null;
    }

    private static @Nullable String text(@Nullable JsonSlice value) throws IOException {
      return value == null ? null : value.text();
    }
  }
}
