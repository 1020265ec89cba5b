package io.beambatch.result;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.Endpoint.AskedJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The form that answers must have. It checks an answer, and normalizes it: a text that must be JSON
 * becomes that JSON.
 *
 * @param json whether a text must be JSON, and is kept as such
 * @param object whether that JSON must be an object
 * @param unfence whether a Markdown fence around an answer is removed
 * @param schema the schema that it must fit, or null
 */
record AnswerFormat(boolean json, boolean object, boolean unfence, @Nullable AnswerSchema schema) {
  private static final String FENCES = "`~";
  private static final int FENCE = 3;
  private static final Pattern INFO_STRING = Pattern.compile("[A-Za-z0-9_+.-]{0,32}[ \\t]*\\r?");

  /** Accepts whatever the model writes. */
  static AnswerFormat any(@Nullable Boolean unfence) {
    return new AnswerFormat(false, false, unfence != null && unfence, null);
  }

  /**
   * A format with a schema.
   *
   * @param unfence null for the default, which is true: a fence is never part of an answer that
   *     fits
   */
  static AnswerFormat of(JsonNode schema, @Nullable Boolean unfence) {
    return new AnswerFormat(true, false, unfence == null || unfence, AnswerSchema.of(schema));
  }

  /** The format that a request asks for. */
  static AnswerFormat asked(AskedJson asked, @Nullable Boolean unfence) {
    if (asked.schema() != null) {
      return of(asked.schema(), unfence);
    }
    return asked.json()
        ? new AnswerFormat(true, asked.object(), unfence != null && unfence, null)
        : any(unfence);
  }

  /** Shapes each of several answers. */
  Shaped shapeEach(JsonSlice answers) throws IOException {
    List<JsonSlice> values = new ArrayList<>();
    for (JsonSlice answer : JsonPaths.elements(answers)) {
      Shaped shaped = shape(answer);
      if (shaped.problem() != null) {
        return shaped;
      }
      values.add(shaped.value());
    }
    return new Shaped(JsonPieces.array(values), null);
  }

  /**
   * Shapes an answer: a text that must be JSON becomes that JSON, on one line, with its numbers and
   * strings as the model wrote them.
   */
  Shaped shape(JsonSlice answer) throws IOException {
    JsonSlice bare = unfence && answer.isText() ? withoutFence(answer) : answer;
    if (!json) {
      return new Shaped(bare, null);
    }
    Shaped shaped = shapeJson(bare);
    if (shaped.problem() != null && bare.isText() && schema != null && schema.admitsPlainText()) {
      // Asked for one word, for instance, the model wrote it without JSON's quotes.
      JsonSlice plain = stripped(bare);
      Problem problem = schema.violation(plain);
      return problem == null ? new Shaped(plain, null) : new Shaped(answer, problem);
    }
    return shaped;
  }

  private Shaped shapeJson(JsonSlice answer) throws IOException {
    JsonSlice value =
        answer.isText() ? JsonSlice.of(answer.text().getBytes(StandardCharsets.UTF_8)) : answer;
    if (!value.wellFormed()) {
      return new Shaped(
          answer,
          Problem.of("the answer is not JSON, which was asked for").advising("it is not JSON"));
    }
    JsonSlice compact = answer.isText() ? JsonPieces.onOneLine(value) : value;
    if (object && compact.at(0) != '{') {
      return new Shaped(
          answer,
          Problem.of("the answer is JSON, but not an object, which was asked for")
              .advising("it is not a JSON object"));
    }
    return new Shaped(compact, schema == null ? null : schema.violation(compact));
  }

  /** A text without surrounding white space. */
  private static JsonSlice stripped(JsonSlice text) throws IOException {
    String plain = text.text();
    return plain.strip().equals(plain) ? text : quoted(plain.strip());
  }

  /** Returns the text inside a Markdown fence, or the text itself if it isn't a single fence. */
  private static JsonSlice withoutFence(JsonSlice answer) throws IOException {
    String text = answer.text().strip();
    int firstLine = text.indexOf('\n');
    if (firstLine < 0 || FENCES.indexOf(text.charAt(0)) < 0) {
      return answer;
    }
    int open = 0;
    while (text.charAt(open) == text.charAt(0)) {
      open++;
    }
    int close = text.length();
    while (text.charAt(close - 1) == text.charAt(0)) {
      close--;
    }
    // A closing fence is at least as long as the opening one.
    if (open < FENCE
        || text.length() - close < open
        || !INFO_STRING.matcher(text.substring(open, firstLine)).matches()) {
      return answer;
    }
    return quoted(text.substring(firstLine + 1, close).strip());
  }

  private static JsonSlice quoted(String text) {
    return JsonSlice.of(
        '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"');
  }

  /**
   * A shaped answer.
   *
   * @param problem why it doesn't have the form, without its contents; null if it does
   */
  record Shaped(JsonSlice value, @Nullable Problem problem) {}
}
