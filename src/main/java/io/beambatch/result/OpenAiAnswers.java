package io.beambatch.result;

import io.beambatch.job.Endpoint;
import io.beambatch.json.JsonSlice;
import io.beambatch.result.ResultLine.Answer;
import io.beambatch.result.ResultLine.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes the answer of what stands at an endpoint's {@link Endpoint#answerPointers}. */
final class OpenAiAnswers {
  private static final JsonPaths EMBEDDING = JsonPaths.of("/index", "/embedding");
  private static final JsonPaths OUTPUT = JsonPaths.of("/type", "/content");
  private static final JsonPaths CONTENT = JsonPaths.of("/type", "/text", "/refusal");

  /** Codes of a response that failed through no fault of the request. */
  private static final Set<String> PASSING = Set.of("server_error", "rate_limit_exceeded");

  private final Endpoint endpoint;

  OpenAiAnswers(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Makes an answer.
   *
   * @param found the values at the endpoint's pointers, in their order
   * @param errorCode the provider's code for what went wrong, or null
   */
  Answer read(List<@Nullable JsonSlice> found, @Nullable String errorCode) throws IOException {
    return switch (endpoint) {
      case CHAT_COMPLETIONS -> choice(found.get(0), found.get(1), found.get(2));
      case COMPLETIONS -> choice(found.get(0), found.get(1), null);
      case RESPONSES -> response(found.get(0), found.get(1), found.get(2), errorCode);
      case EMBEDDINGS -> complete(embeddings(found.get(0)));
      case MODERATIONS -> complete(moderation(found.get(0)));
      case OTHER -> complete(found.get(0));
    };
  }

  private static Answer complete(@Nullable JsonSlice value) {
    return new Answer(value, null, null, Ending.COMPLETE);
  }

  private static Answer choice(
      @Nullable JsonSlice value, @Nullable JsonSlice finish, @Nullable JsonSlice refusal) {
    Ending ending = Ending.COMPLETE;
    if (refusal != null || is(finish, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (is(finish, "length")) {
      ending = Ending.TRUNCATED;
    }
    return new Answer(value, finish, refusal, ending);
  }

  private static Answer response(
      @Nullable JsonSlice output,
      @Nullable JsonSlice status,
      @Nullable JsonSlice incomplete,
      @Nullable String errorCode)
      throws IOException {
    List<JsonSlice> texts = new ArrayList<>();
    List<JsonSlice> refusals = new ArrayList<>();
    for (JsonSlice item : JsonPaths.elements(output)) {
      @Nullable JsonSlice[] parts = OUTPUT.find(item);
      if (!is(parts[0], "message")) {
        continue;
      }
      for (JsonSlice content : JsonPaths.elements(parts[1])) {
        @Nullable JsonSlice[] piece = CONTENT.find(content);
        if (is(piece[0], "output_text") && isText(piece[1])) {
          texts.add(piece[1]);
        } else if (is(piece[0], "refusal") && isText(piece[2])) {
          refusals.add(piece[2]);
        }
      }
    }
    Ending ending = Ending.COMPLETE;
    if (!refusals.isEmpty() || is(incomplete, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (is(status, "incomplete")) {
      ending = Ending.TRUNCATED;
    } else if (is(status, "failed")) {
      ending = errorCode == null || PASSING.contains(errorCode) ? Ending.ERROR : Ending.REJECTED;
    }
    JsonSlice finish = incomplete == null ? status : incomplete;
    return new Answer(concatenated(texts), finish, concatenated(refusals), ending);
  }

  /** Strings put together without decoding them: their insides, one after the other, in quotes. */
  private static @Nullable JsonSlice concatenated(List<JsonSlice> texts) throws IOException {
    if (texts.size() <= 1) {
      return texts.isEmpty() ? null : texts.get(0);
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('"');
    for (JsonSlice text : texts) {
      text.part(1, text.length() - 1).writeTo(joined);
    }
    joined.write('"');
    return JsonSlice.of(joined.toByteArray());
  }

  private static @Nullable JsonSlice embeddings(@Nullable JsonSlice data) throws IOException {
    TreeMap<Long, JsonSlice> byIndex = new TreeMap<>();
    long next = 0;
    for (JsonSlice element : JsonPaths.elements(data)) {
      @Nullable JsonSlice[] found = EMBEDDING.find(element);
      if (found[1] == null) {
        return null;
      }
      byIndex.put(JsonPaths.wholeNumber(found[0], next), found[1]);
      next++;
    }
    return oneOrArray(List.copyOf(byIndex.values()));
  }

  private static @Nullable JsonSlice moderation(@Nullable JsonSlice results) throws IOException {
    List<JsonSlice> each = JsonPaths.elements(results);
    return each.size() > 1 ? results : oneOrArray(each);
  }

  private static @Nullable JsonSlice oneOrArray(List<JsonSlice> values) throws IOException {
    if (values.size() <= 1) {
      return values.isEmpty() ? null : values.get(0);
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write('[');
    for (JsonSlice value : values) {
      if (joined.size() > 1) {
        joined.write(',');
      }
      value.writeTo(joined);
    }
    joined.write(']');
    return JsonSlice.of(joined.toByteArray());
  }

  private static boolean isText(@Nullable JsonSlice value) {
    return value != null && value.isText();
  }

  private static boolean is(@Nullable JsonSlice value, String text) {
    return value != null && value.isText() && value.json().equals('"' + text + '"');
  }
}
