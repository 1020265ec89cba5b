package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Results as Anthropic writes them: {@code {"custom_id", "result": {"type": …}}}, where the type
 * says what became of the request. Only those that succeeded are charged.
 */
final class MessageResults implements ResultFormat {
  private static final String MESSAGE = "/result/message";
  private static final JsonPaths BLOCK = JsonPaths.of("/type", "/text", "/input");

  /** Types of errors that the same request would meet again. */
  private static final Set<String> LASTING =
      Set.of(
          "invalid_request_error",
          "authentication_error",
          "permission_error",
          "not_found_error",
          "request_too_large");

  private final boolean ownPlace;
  private final JsonPaths paths;

  /**
   * @param pointer into the message, to what is taken as the answer; null for its text
   */
  MessageResults(@Nullable String pointer) {
    ownPlace = pointer == null || Messages.ENDPOINT.isOwnPlace(pointer);
    List<String> pointers = new ArrayList<>();
    for (Field field : Field.values()) {
      pointers.add(field.pointer);
    }
    if (!ownPlace) {
      pointers.add(MESSAGE + pointer);
    }
    paths = JsonPaths.of(pointers);
  }

  @Override
  public @Nullable String customId(JsonSlice line) throws IOException {
    return JsonPieces.topLevelText(line, "custom_id");
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
    String code =
        text(found.containsKey(Field.ERROR_TYPE) ? Field.ERROR_TYPE : Field.FLAT_ERROR_TYPE, found);
    String message =
        text(
            found.containsKey(Field.ERROR_MESSAGE) ? Field.ERROR_MESSAGE : Field.FLAT_ERROR_MESSAGE,
            found);
    Verdict verdict = verdict(found.get(Field.TYPE), code, message);
    Answer answer = answer(found);
    return new ResultLine(
        verdict,
        problem(verdict),
        text(Field.REQUEST_ID, found),
        verdict == Verdict.ANSWERED ? null : code,
        message,
        found.get(Field.MODEL),
        usage(found),
        ownPlace ? answer : answer.atPointer(values[values.length - 1]),
        found.get(Field.MESSAGE));
  }

  private static Verdict verdict(
      @Nullable JsonSlice type, @Nullable String error, @Nullable String message) {
    if (JsonPieces.is(type, "succeeded")) {
      return Verdict.ANSWERED;
    }
    if (JsonPieces.is(type, "canceled")) {
      return Verdict.CANCELLED;
    }
    if (JsonPieces.is(type, "expired")) {
      return Verdict.EXPIRED;
    }
    // An account without credit comes as a fault of each request.
    boolean money =
        "billing_error".equals(error)
            || (message != null && message.toLowerCase(Locale.ROOT).contains("credit balance"));
    if (money) {
      return Verdict.OUT_OF_FUNDS;
    }
    return error != null && LASTING.contains(error) ? Verdict.REJECTED : Verdict.API_ERROR;
  }

  private static @Nullable String problem(Verdict verdict) {
    return switch (verdict) {
      case ANSWERED -> null;
      case REJECTED -> "the provider refused the request";
      case API_ERROR -> "the provider could not answer";
      case OUT_OF_FUNDS -> "the account could not pay for the request";
      case EXPIRED -> "its batch expired before it was answered";
      case CANCELLED -> "its batch was cancelled before it was answered";
    };
  }

  private static Answer answer(Map<Field, JsonSlice> found) throws IOException {
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
    // A model may say what it is about to do before it calls a tool.
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

  /** What was read from the cache, and what was written to it, is counted apart from the rest. */
  private static TokenUsage usage(Map<Field, JsonSlice> found) {
    long fresh = number(Field.INPUT_TOKENS, found);
    long read = number(Field.CACHE_READ, found);
    long written = number(Field.CACHE_WRITTEN, found);
    long prompt = fresh < 0 ? -1 : fresh + Math.max(0, read) + Math.max(0, written);
    return new TokenUsage(prompt, number(Field.OUTPUT_TOKENS, found), read, -1)
        .withWritten(written, number(Field.WRITTEN_FOR_AN_HOUR, found));
  }

  private static long number(Field field, Map<Field, JsonSlice> found) {
    return JsonPaths.wholeNumber(found.get(field), -1);
  }

  private static @Nullable String text(Field field, Map<Field, JsonSlice> found)
      throws IOException {
    JsonSlice value = found.get(field);
    return value == null ? null : value.text();
  }

  /** What is looked for in every line. */
  private enum Field {
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
  }
}
