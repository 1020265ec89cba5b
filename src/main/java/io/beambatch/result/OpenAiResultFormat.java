package io.beambatch.result;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.beambatch.cost.TokenUsage;
import io.beambatch.job.Endpoint;
import io.beambatch.json.JsonSlice;
import io.beambatch.result.ResultLine.Answer;
import io.beambatch.result.ResultLine.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Results as the OpenAI Batch API writes them, and the many servers that are compatible with it:
 * {@code {"custom_id", "response": {"status_code", "request_id", "body"}, "error"}}.
 */
final class OpenAiResultFormat implements ResultFormat {
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

  private final OpenAiAnswers answers;
  private final boolean ownPlace;
  private final JsonPaths paths;

  /**
   * The format of an endpoint's results.
   *
   * @param pointer into the response body, or null for the endpoint's own place
   */
  OpenAiResultFormat(Endpoint endpoint, @Nullable String pointer) {
    this.answers = new OpenAiAnswers(endpoint);
    this.ownPlace = pointer == null;
    List<String> pointers = new ArrayList<>(COMMON);
    endpoint.answerPointers().forEach(own -> pointers.add(BODY + own));
    if (pointer != null) {
      pointers.add(BODY + pointer);
    }
    this.paths = JsonPaths.of(pointers);
  }

  /** The custom_id may stand anywhere at the line's top level; what follows it is not looked at. */
  @Override
  public @Nullable String customId(JsonSlice line) throws IOException {
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

  @Override
  public @Nullable ResultLine read(JsonSlice line) throws IOException {
    @Nullable JsonSlice[] found;
    try {
      found = paths.find(line);
    } catch (JsonProcessingException unreadable) {
      return null;
    }
    int status = (int) Math.min(JsonPaths.wholeNumber(found[0], 0), Integer.MAX_VALUE);
    String code = text(first(found[2], found[4], found[5]));
    Answer answer = answers.read(Arrays.asList(found).subList(COMMON.size(), found.length), code);
    Verdict verdict = verdict(status, code);
    return new ResultLine(
        verdict,
        problem(verdict, status),
        text(found[1]),
        code,
        text(first(found[3], found[6])),
        found[7],
        new TokenUsage(
            JsonPaths.wholeNumber(first(found[8], found[9]), -1),
            JsonPaths.wholeNumber(first(found[10], found[11]), -1),
            -1,
            -1),
        ownPlace ? answer : answer.withValue(found[found.length - 1]));
  }

  private static Verdict verdict(int status, @Nullable String code) {
    if (status >= 200 && status < 300) {
      return Verdict.ANSWERED;
    }
    if (status >= 400 && status < 500 && status != 408 && status != 429) {
      return Verdict.REJECTED;
    }
    if (status == 0 && "batch_expired".equals(code)) {
      return Verdict.EXPIRED;
    }
    return status == 0 && "batch_cancelled".equals(code) ? Verdict.CANCELLED : Verdict.API_ERROR;
  }

  private static @Nullable String problem(Verdict verdict, int status) {
    return switch (verdict) {
      case ANSWERED -> null;
      case REJECTED -> "the provider refused the request with HTTP status " + status;
      case API_ERROR -> "the provider could not answer: HTTP status " + status;
      case EXPIRED -> "its batch expired before it was answered";
      case CANCELLED -> "its batch was cancelled before it was answered";
    };
  }

  private static @Nullable JsonSlice first(@Nullable JsonSlice... values) {
    return Stream.of(values).flatMap(Stream::ofNullable).findFirst().orElse(null);
  }

  private static @Nullable String text(@Nullable JsonSlice value) throws IOException {
    return value == null ? null : value.text();
  }
}
