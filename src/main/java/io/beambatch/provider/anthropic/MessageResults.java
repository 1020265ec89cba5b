package io.beambatch.provider.anthropic;

import io.beambatch.json.JsonPaths;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's result lines: {@code {"custom_id", "result": {"type": …}}}. The type says what became
 * of the request; only successful requests are charged.
 */
final class MessageResults implements ResultFormat {
  private static final String MESSAGE = "/result/message";
  private static final JsonPaths BLOCK = JsonPaths.of("/type", "/text", "/input");

  /** Types of errors that the same request would cause again. */
  private static final Set<String> LASTING =
      Set.of(
          "invalid_request_error",
          "authentication_error",
          "permission_error",
          "not_found_error",
          "request_too_large");

  private final boolean ownPlace;
  private final ResultFields<Field> fields;

  /**
   * @param pointer into the message, to the value that is taken as the answer; null for its text
   */
  MessageResults(@Nullable String pointer) {
    ownPlace = pointer == null || Messages.ENDPOINT.isOwnPlace(pointer);
    fields = new ResultFields<>(Field.class, ownPlace ? List.of() : List.of(MESSAGE + pointer));
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
    String code = found.text(Field.ERROR_TYPE, Field.FLAT_ERROR_TYPE);
    String message = found.text(Field.ERROR_MESSAGE, Field.FLAT_ERROR_MESSAGE);
    Status status = status(found.get(Field.TYPE), code, message);
    Answer answer = answer(found);
    return new ResultLine(
        status,
        status.problem(null),
        found.text(Field.REQUEST_ID),
        status == Status.ANSWERED ? null : code,
        message,
        found.get(Field.MODEL),
        usage(found),
        ownPlace ? answer : answer.atPointer(found.last()),
        found.get(Field.MESSAGE));
  }

  private static Status status(
      @Nullable JsonSlice type, @Nullable String error, @Nullable String message) {
    if (JsonPieces.is(type, "succeeded")) {
      return Status.ANSWERED;
    }
    if (JsonPieces.is(type, "canceled")) {
      return Status.CANCELLED;
    }
    if (JsonPieces.is(type, "expired")) {
      return Status.EXPIRED;
    }
    // Anthropic reports a lack of credit as an error of each request.
    if (isOutOfFunds(error, message)) {
      return Status.OUT_OF_FUNDS;
    }
    return error != null && LASTING.contains(error) ? Status.REJECTED : Status.API_ERROR;
  }

  /**
   * Returns whether an error of this type with this message means that the account has no credit.
   */
  static boolean isOutOfFunds(@Nullable String type, @Nullable String message) {
    return "billing_error".equals(type)
        || (message != null && message.toLowerCase(Locale.ROOT).contains("credit balance"));
  }

  private static Answer answer(Found<Field> found) throws IOException {
    List<JsonSlice> texts = new ArrayList<>();
    List<JsonSlice> inputs = new ArrayList<>();
    for (JsonSlice block : JsonPaths.elements(found.get(Field.CONTENT))) {
      @Nullable JsonSlice[] parts = BLOCK.find(block);
      if (JsonPieces.is(parts[0], "text") && parts[1] != null && parts[1].isText()) {
        texts.add(parts[1]);
      } else if (JsonPieces.is(parts[0], "tool_use") && parts[2] != null) {
        inputs.add(JsonPieces.onOneLine(parts[2]));
      }
    }
    JsonSlice stop = found.get(Field.STOP_REASON);
    // A model may announce a tool call in text before it makes the call.
    boolean called = !inputs.isEmpty() && (texts.isEmpty() || JsonPieces.is(stop, "tool_use"));
    JsonSlice value = called ? JsonPieces.oneOrArray(inputs) : JsonPieces.concatenated(texts);
    return new Answer(value, false, stop, null, ending(stop));
  }

  private static Ending ending(@Nullable JsonSlice stop) {
    if (JsonPieces.is(stop, "max_tokens") || JsonPieces.is(stop, "model_context_window_exceeded")) {
      return Ending.TRUNCATED;
    }
    if (JsonPieces.is(stop, "pause_turn")) {
      return Ending.PAUSED;
    }
    return JsonPieces.is(stop, "refusal") ? Ending.REFUSED : Ending.COMPLETE;
  }

  /** Anthropic counts cache reads and cache writes separately from the other prompt tokens. */
  private static TokenUsage usage(Found<Field> found) {
    long fresh = found.number(Field.INPUT_TOKENS);
    long read = found.number(Field.CACHE_READ);
    long written = found.number(Field.CACHE_WRITTEN);
    long prompt = fresh < 0 ? -1 : fresh + Math.max(0, read) + Math.max(0, written);
    return new TokenUsage(prompt, found.number(Field.OUTPUT_TOKENS), read, -1)
        .withWritten(written, found.number(Field.WRITTEN_FOR_AN_HOUR));
  }

  /** The fields that every line is searched for. */
  private enum Field implements ResultFields.Field {
    TYPE("/result/type"),
    ERROR_TYPE("/result/error/error/type"),
    ERROR_MESSAGE("/result/error/error/message"),
    FLAT_ERROR_TYPE("/result/error/type"),
    FLAT_ERROR_MESSAGE("/result/error/message"),
    REQUEST_ID("/result/error/request_id"),
    MESSAGE(MessageResults.MESSAGE),
    MODEL(MessageResults.MESSAGE + "/model"),
    CONTENT(MessageResults.MESSAGE + "/content"),
    STOP_REASON(MessageResults.MESSAGE + "/stop_reason"),
    INPUT_TOKENS(MessageResults.MESSAGE + "/usage/input_tokens"),
    CACHE_READ(MessageResults.MESSAGE + "/usage/cache_read_input_tokens"),
    CACHE_WRITTEN(MessageResults.MESSAGE + "/usage/cache_creation_input_tokens"),
    WRITTEN_FOR_AN_HOUR(MessageResults.MESSAGE + "/usage/cache_creation/ephemeral_1h_input_tokens"),
    OUTPUT_TOKENS(MessageResults.MESSAGE + "/usage/output_tokens");

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
