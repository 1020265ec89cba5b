package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultFields;
import io.beambatch.provider.ResultFields.Found;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.provider.ResultLine.Ending;
import io.beambatch.provider.ResultLine.Status;
import io.beambatch.provider.TokenUsage;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gemini's result lines: {@code {"key", "response"}}, or {@code {"key", "error": {"code",
 * "message"}}} with a google.rpc code.
 */
final class GeminiResultFormat implements ResultFormat {
  private static final String BODY = "/response";

  private final GeminiEndpoint endpoint;
  private final GeminiAnswers answers;
  private final boolean ownPlace;
  private final ResultFields<Field> fields;

  /**
   * The format of an endpoint's results.
   *
   * @param body the body of the requests
   * @param pointer to the value that is taken as the answer, or null
   */
  GeminiResultFormat(GeminiEndpoint endpoint, JsonNode body, @Nullable String pointer) {
    this.endpoint = endpoint;
    this.answers = new GeminiAnswers(endpoint.asksForSeveral(body));
    this.ownPlace = pointer == null || endpoint.isOwnPlace(pointer);
    String own = BODY + endpoint.answerPointer();
    this.fields =
        new ResultFields<>(Field.class, ownPlace ? List.of(own) : List.of(own, BODY + pointer));
  }

  @Override
  public @Nullable String customId(JsonSlice line) throws IOException {
    return JsonPieces.topLevelText(line, "key");
  }

  @Override
  public @Nullable ResultLine read(JsonSlice line) throws IOException {
    Found<Field> found = fields.find(line);
    if (found == null) {
      return null;
    }
    long code = found.number(Field.ERROR_CODE);
    Status status = status(found, code);
    return new ResultLine(
        status,
        status.problem(code < 0 ? null : "code " + code),
        found.text(Field.RESPONSE_ID),
        code < 0 ? null : Long.toString(code),
        found.text(Field.ERROR_MESSAGE),
        found.get(Field.MODEL),
        usage(found),
        answer(found),
        found.get(Field.BODY));
  }

  private Answer answer(Found<Field> found) throws IOException {
    JsonSlice own = found.more().get(0);
    Answer answer =
        endpoint == GeminiEndpoint.EMBED_CONTENT
            ? new Answer(own, false, null, null, Ending.COMPLETE)
            : answers.read(own, found.get(Field.BLOCK_REASON));
    return ownPlace ? answer : answer.atPointer(found.last());
  }

  /** Thoughts are billed as output. */
  private static TokenUsage usage(Found<Field> found) {
    long prompt = found.number(Field.PROMPT_TOKENS);
    long written = found.number(Field.CANDIDATES_TOKENS);
    long thoughts = found.number(Field.THOUGHTS_TOKENS);
    long tools = Math.max(0, found.number(Field.TOOL_USE_TOKENS));
    if (prompt < 0) {
      prompt = found.number(Field.EMBEDDED_TOKENS);
    }
    boolean counted = written >= 0 || thoughts >= 0;
    return new TokenUsage(
        prompt < 0 ? prompt : prompt + tools,
        counted ? Math.max(0, written) + Math.max(0, thoughts) : -1,
        found.number(Field.CACHED_TOKENS),
        thoughts);
  }

  /** The code is usually a google.rpc code; some errors have an HTTP status. */
  private static Status status(Found<Field> found, long code) {
    if (!found.has(Field.ERROR)) {
      return found.has(Field.BODY) ? Status.ANSWERED : Status.API_ERROR;
    }
    if (code >= 400) {
      return code < 500 && code != 408 && code != 429 ? Status.REJECTED : Status.API_ERROR;
    }
    return switch ((int) code) {
      case 1 -> Status.CANCELLED;
      case 3, 5, 6, 7, 9, 11, 12, 16 -> Status.REJECTED;
      default -> Status.API_ERROR;
    };
  }

  /** The fields that every line is searched for. */
  private enum Field implements ResultFields.Field {
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

    @Override
    public String pointer() {
      return pointer;
    }
  }
}
