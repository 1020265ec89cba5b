package io.beambatch.provider.gemini;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.provider.ResultLine.Ending;
import io.beambatch.provider.ResultLine.Verdict;
import io.beambatch.provider.TokenUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Results as Gemini's batch mode writes them: {@code {"key", "response"}}, or {@code {"key",
 * "error": {"code", "message"}}} with a code of google.rpc.
 */
final class GeminiResultFormat implements ResultFormat {
  private static final String BODY = "/response";

  private final GeminiEndpoint endpoint;
  private final GeminiAnswers answers;
  private final boolean ownPlace;
  private final JsonPaths paths;

  /**
   * The format of the results of an endpoint.
   *
   * @param body of the requests
   * @param pointer to what is taken as the answer, or null
   */
  GeminiResultFormat(GeminiEndpoint endpoint, JsonNode body, @Nullable String pointer) {
    this.endpoint = endpoint;
    this.answers = new GeminiAnswers(endpoint.asksForSeveral(body));
    this.ownPlace = pointer == null || endpoint.isOwnPlace(pointer);
    List<String> pointers = new ArrayList<>();
    for (Field field : Field.values()) {
      pointers.add(field.pointer);
    }
    pointers.add(BODY + endpoint.answerPointer());
    if (!ownPlace) {
      pointers.add(BODY + pointer);
    }
    this.paths = JsonPaths.of(pointers);
  }

  @Override
  public @Nullable String customId(JsonSlice line) throws IOException {
    return JsonPieces.topLevelText(line, "key");
  }

  @Override
  public @Nullable ResultLine read(JsonSlice line) throws IOException {
    @Nullable JsonSlice[] values;
    try {
      values = paths.find(line);
    } catch (JsonProcessingException unreadable) {
      return null;
    }
    Map<Field, JsonSlice> found = new EnumMap<>(Field.class);
    int next = 0;
    for (Field field : Field.values()) {
      JsonSlice value = values[next++];
      if (value != null) {
        found.put(field, value);
      }
    }
    long code = number(found, Field.ERROR_CODE);
    Verdict verdict = verdict(found, code);
    return new ResultLine(
        verdict,
        problem(verdict, code),
        text(found, Field.RESPONSE_ID),
        code < 0 ? null : Long.toString(code),
        text(found, Field.ERROR_MESSAGE),
        found.get(Field.MODEL),
        usage(found),
        answer(values, found),
        found.get(Field.BODY));
  }

  private Answer answer(@Nullable JsonSlice[] values, Map<Field, JsonSlice> found)
      throws IOException {
    JsonSlice own = values[Field.values().length];
    Answer answer =
        endpoint == GeminiEndpoint.EMBED_CONTENT
            ? new Answer(own, false, null, null, Ending.COMPLETE)
            : answers.read(own, found.get(Field.BLOCK_REASON));
    return ownPlace ? answer : answer.atPointer(values[values.length - 1]);
  }

  /** What the model thought is billed as what it wrote. */
  private static TokenUsage usage(Map<Field, JsonSlice> found) {
    long prompt = number(found, Field.PROMPT_TOKENS);
    long written = number(found, Field.CANDIDATES_TOKENS);
    long thoughts = number(found, Field.THOUGHTS_TOKENS);
    long tools = Math.max(0, number(found, Field.TOOL_USE_TOKENS));
    if (prompt < 0) {
      prompt = number(found, Field.EMBEDDED_TOKENS);
    }
    boolean counted = written >= 0 || thoughts >= 0;
    return new TokenUsage(
        prompt < 0 ? prompt : prompt + tools,
        counted ? Math.max(0, written) + Math.max(0, thoughts) : -1,
        number(found, Field.CACHED_TOKENS),
        thoughts);
  }

  /** The codes of google.rpc; some errors have HTTP's. */
  private static Verdict verdict(Map<Field, JsonSlice> found, long code) {
    if (!found.containsKey(Field.ERROR)) {
      return found.containsKey(Field.BODY) ? Verdict.ANSWERED : Verdict.API_ERROR;
    }
    if (code >= 400) {
      return code < 500 && code != 408 && code != 429 ? Verdict.REJECTED : Verdict.API_ERROR;
    }
    return switch ((int) code) {
      case 1 -> Verdict.CANCELLED;
      case 3, 5, 6, 7, 9, 11, 12, 16 -> Verdict.REJECTED;
      default -> Verdict.API_ERROR;
    };
  }

  private static @Nullable String problem(Verdict verdict, long code) {
    return switch (verdict) {
      case ANSWERED -> null;
      case REJECTED -> "the provider refused the request with code " + code;
      case API_ERROR, OUT_OF_FUNDS ->
          "the provider could not answer" + (code < 0 ? "" : ": code " + Long.toString(code));
      case EXPIRED -> "its batch expired before it was answered";
      case CANCELLED -> "its batch was cancelled before it was answered";
    };
  }

  /** Whole numbers of 64 bits are strings in Google's JSON. */
  private static long number(Map<Field, JsonSlice> found, Field field) {
    JsonSlice value = found.get(field);
    JsonSlice digits = value != null && value.isText() ? value.part(1, value.length() - 1) : value;
    return JsonPaths.wholeNumber(digits, -1);
  }

  private static @Nullable String text(Map<Field, JsonSlice> found, Field field)
      throws IOException {
    JsonSlice value = found.get(field);
    return value == null || !value.isText() ? null : value.text();
  }

  /** What is looked for in every line. */
  private enum Field {
    BODY(GeminiResultFormat.BODY),
    ERROR("/error"),
    ERROR_CODE("/error/code"),
    ERROR_MESSAGE("/error/message"),
    MODEL(GeminiResultFormat.BODY + "/modelVersion"),
    RESPONSE_ID(GeminiResultFormat.BODY + "/responseId"),
    BLOCK_REASON(GeminiResultFormat.BODY + "/promptFeedback/blockReason"),
    PROMPT_TOKENS(GeminiResultFormat.BODY + "/usageMetadata/promptTokenCount"),
    TOOL_USE_TOKENS(GeminiResultFormat.BODY + "/usageMetadata/toolUsePromptTokenCount"),
    CANDIDATES_TOKENS(GeminiResultFormat.BODY + "/usageMetadata/candidatesTokenCount"),
    THOUGHTS_TOKENS(GeminiResultFormat.BODY + "/usageMetadata/thoughtsTokenCount"),
    CACHED_TOKENS(GeminiResultFormat.BODY + "/usageMetadata/cachedContentTokenCount"),
    EMBEDDED_TOKENS(GeminiResultFormat.BODY + "/tokenCount");

    private final String pointer;

    Field(String pointer) {
      this.pointer = pointer;
    }
  }
}
