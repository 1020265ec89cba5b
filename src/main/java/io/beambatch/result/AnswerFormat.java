package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.json.JsonSlice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The shape that answers have to have.
 *
 * @param json whether a text is to be JSON, and kept as such
 * @param object whether that JSON is to be an object
 * @param schema what it has to fit, or null
 */
record AnswerFormat(boolean json, boolean object, @Nullable AnswerSchema schema) {
  static final AnswerFormat ANY = new AnswerFormat(false, false, null);

  /** A format with a schema. */
  static AnswerFormat of(JsonNode schema) {
    return new AnswerFormat(true, false, AnswerSchema.of(schema));
  }

  /** The format that a request asks for in {@code response_format} or {@code text.format}. */
  static AnswerFormat asked(@Nullable JsonNode format) {
    if (format == null) {
      return ANY;
    }
    return switch (format.path("type").asText()) {
      case "json_object" -> new AnswerFormat(true, true, null);
      case "json_schema" -> {
        JsonNode schema = schema(format);
        yield schema == null ? new AnswerFormat(true, false, null) : of(schema);
      }
      default -> ANY;
    };
  }

  /** The schema in {@code response_format} or {@code text.format}; null if there is none. */
  static @Nullable JsonNode schema(JsonNode format) {
    JsonNode schema = format.at("/json_schema/schema");
    schema = schema.isMissingNode() ? format.path("schema") : schema;
    return format.path("type").asText().equals("json_schema") && schema.isObject() ? schema : null;
  }

  /**
   * Puts an answer into its shape: a text that is to be JSON becomes that JSON, on one line, with
   * its numbers and strings as the model wrote them.
   */
  Shaped shape(JsonSlice answer) throws IOException {
    if (!json) {
      return new Shaped(answer, null);
    }
    JsonSlice value =
        answer.isText() ? JsonSlice.of(answer.text().getBytes(StandardCharsets.UTF_8)) : answer;
    if (!value.wellFormed()) {
      return new Shaped(answer, "the answer is not JSON, which was asked for");
    }
    JsonSlice compact = answer.isText() ? onOneLine(value) : value;
    if (object && compact.at(0) != '{') {
      return new Shaped(answer, "the answer is JSON, but not an object, which was asked for");
    }
    return new Shaped(compact, schema == null ? null : schema.violation(compact));
  }

  /** Leaves out what stands between the tokens: a model may set its JSON in lines. */
  private static JsonSlice onOneLine(JsonSlice json) {
    byte[] compact = new byte[json.length()];
    int length = 0;
    boolean inText = false;
    for (int i = 0; i < json.length(); i++) {
      byte b = json.at(i);
      if (inText && b == '\\') {
        compact[length++] = b;
        b = json.at(++i);
      } else if (b == '"') {
        inText = !inText;
      } else if (!inText && (b == ' ' || b == '\n' || b == '\r' || b == '\t')) {
        continue;
      }
      compact[length++] = b;
    }
    return JsonSlice.of(compact, 0, length);
  }

  /**
   * An answer in its shape.
   *
   * @param problem what keeps it from having the shape, without its contents; null if nothing does
   */
  record Shaped(JsonSlice value, @Nullable String problem) {}
}
