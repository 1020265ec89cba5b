package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.ResultFields;
import io.beambatch.provider.ResultFields.Found;
import io.beambatch.provider.ResultFormat;
import io.beambatch.provider.ResultLine;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.provider.ResultLine.Status;
import io.beambatch.provider.TokenUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result lines of the OpenAI Batch API and of compatible servers: {@code {"custom_id",
 * "response": {"status_code", "request_id", "body"}, "error"}}. Servers omit different fields, so
 * each value is taken from wherever it is found.
 */
final class OpenAiResultFormat implements ResultFormat {
  private static final String BODY = "/response/body";
  private static final int OK = 200;

  private final OpenAiAnswers answers;
  private final boolean ownPlace;
  private final ResultFields<Field> fields;

  /**
   * The format of an endpoint's results.
   *
   * @param body the body of the requests
   * @param pointer to the value that is taken as the answer, or null
   */
  OpenAiResultFormat(OpenAiEndpoint endpoint, JsonNode body, @Nullable String pointer) {
    answers = new OpenAiAnswers(endpoint, endpoint.asksForSeveral(body));
    ownPlace = pointer == null || endpoint.isOwnPlace(pointer);
    List<String> places = new ArrayList<>();
    endpoint.answerPointers().forEach(own -> places.add(BODY + own));
    if (!ownPlace) {
      places.add(BODY + pointer);
    }
    fields = new ResultFields<>(Field.class, places);
  }

  @Override
  public @Nullable String customId(JsonSlice line) throws IOException {
    return JsonPieces.topLevelText(line, "custom_id");
  }

  @Override
  public @Nullable ResultLine read(JsonSlice line) throws IOException {
    Found<Field> found = fields.find(line);
    if (found == null) {
      return null;
    }
    String code = found.text(Field.ERROR_CODE, Field.BODY_ERROR_CODE, Field.BODY_ERROR_TYPE);
    Answer answer = answers.read(found.more(), code);
    String message = message(found);
    int httpStatus = (int) Math.min(Math.max(0, found.number(Field.STATUS)), Integer.MAX_VALUE);
    if (httpStatus == 0 && code == null && message == null && answer.value() != null) {
      // Some servers omit the status, or write 0, for a success.
      httpStatus = OK;
    }
    Status status = status(httpStatus, code);
    return new ResultLine(
        status,
        status.problem(describe(httpStatus)),
        found.text(Field.REQUEST_ID),
        code,
        message,
        found.get(Field.MODEL),
        usage(found),
        ownPlace ? answer : answer.atPointer(found.last()),
        found.get(Field.RESPONSE_BODY));
  }

  /** The provider's message; an error, or a body that replaces one, may be a plain text. */
  private static @Nullable String message(Found<Field> found) throws IOException {
    String message = found.text(Field.ERROR_MESSAGE, Field.BODY_ERROR_MESSAGE);
    for (Field mayBeText : List.of(Field.ERROR, Field.BODY_ERROR, Field.RESPONSE_BODY)) {
      JsonSlice value = found.get(mayBeText);
      if (message == null && value != null && value.isText()) {
        message = value.text();
      }
    }
    return message;
  }

  private static TokenUsage usage(Found<Field> found) {
    long written = found.number(Field.WRITTEN_PROMPT_TOKENS, Field.WRITTEN_INPUT_TOKENS);
    return new TokenUsage(
            found.number(Field.PROMPT_TOKENS, Field.INPUT_TOKENS),
            found.number(Field.COMPLETION_TOKENS, Field.OUTPUT_TOKENS),
            found.number(Field.CACHED_PROMPT_TOKENS, Field.CACHED_INPUT_TOKENS),
            found.number(Field.REASONING_COMPLETION_TOKENS, Field.REASONING_OUTPUT_TOKENS))
        // No cache write is billed by the hour.
        .withWritten(written, written < 0 ? -1 : 0);
  }

  private static Status status(int httpStatus, @Nullable String code) {
    if (httpStatus >= 200 && httpStatus < 300) {
      return Status.ANSWERED;
    }
    if (ErrorCodes.isOutOfFunds(code)) {
      return Status.OUT_OF_FUNDS;
    }
    if (httpStatus >= 400 && httpStatus < 500 && httpStatus != 408 && httpStatus != 429) {
      return Status.REJECTED;
    }
    if (httpStatus == 0 && "batch_expired".equals(code)) {
      return Status.EXPIRED;
    }
    return httpStatus == 0 && "batch_cancelled".equals(code) ? Status.CANCELLED : Status.API_ERROR;
  }

  private static String describe(int httpStatus) {
    return httpStatus == 0 ? "no HTTP status" : "HTTP status " + httpStatus;
  }

  /** The fields that every line is searched for. */
  private enum Field implements ResultFields.Field {
    STATUS("/response/status_code"),
    REQUEST_ID("/response/request_id"),
    ERROR("/error"),
    ERROR_CODE("/error/code"),
    ERROR_MESSAGE("/error/message"),
    RESPONSE_BODY(BODY),
    BODY_ERROR(BODY + "/error"),
    BODY_ERROR_CODE(BODY + "/error/code"),
    BODY_ERROR_TYPE(BODY + "/error/type"),
    BODY_ERROR_MESSAGE(BODY + "/error/message"),
    MODEL(BODY + "/model"),
    PROMPT_TOKENS(BODY + "/usage/prompt_tokens"),
    INPUT_TOKENS(BODY + "/usage/input_tokens"),
    COMPLETION_TOKENS(BODY + "/usage/completion_tokens"),
    OUTPUT_TOKENS(BODY + "/usage/output_tokens"),
    CACHED_PROMPT_TOKENS(BODY + "/usage/prompt_tokens_details/cached_tokens"),
    CACHED_INPUT_TOKENS(BODY + "/usage/input_tokens_details/cached_tokens"),
    WRITTEN_PROMPT_TOKENS(BODY + "/usage/prompt_tokens_details/cache_write_tokens"),
    WRITTEN_INPUT_TOKENS(BODY + "/usage/input_tokens_details/cache_write_tokens"),
    REASONING_COMPLETION_TOKENS(BODY + "/usage/completion_tokens_details/reasoning_tokens"),
    REASONING_OUTPUT_TOKENS(BODY + "/usage/output_tokens_details/reasoning_tokens");

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
