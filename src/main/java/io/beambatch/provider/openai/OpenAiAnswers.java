package io.beambatch.provider.openai;

import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonPieces;
import io.beambatch.json.JsonSlice;
import io.beambatch.json.LoneSurrogates;
import io.beambatch.provider.ResultLine.Answer;
import io.beambatch.provider.ResultLine.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Extracts the answer from the values at an endpoint's {@link OpenAiEndpoint#answerPointers}. If a
 * model called a tool instead of writing text, the call's arguments are the answer.
 */
final class OpenAiAnswers {
  private static final JsonPaths EMBEDDING = JsonPaths.of("/index", "/embedding");
  private static final List<String> CHOICE_POINTERS =
      List.of(
          "/message/content",
          "/text",
          "/finish_reason",
          "/message/refusal",
          "/message/tool_calls",
          "/message/function_call/arguments");
  private static final JsonPaths CHOICE = JsonPaths.of(CHOICE_POINTERS);

  /**
   * Pointers into a response body: to its list of choices, to the values of the first, and to the
   * second. As a rule there is one, and the pass over the line finds all there is.
   */
  static final List<String> CHOICES =
      Stream.of(
              Stream.of("/choices"),
              CHOICE_POINTERS.stream().map(pointer -> "/choices/0" + pointer),
              Stream.of("/choices/1"))
          .flatMap(pointers -> pointers)
          .toList();

  private static final JsonPaths TOOL_CALL = JsonPaths.of("/function/arguments", "/custom/input");
  private static final JsonPaths OUTPUT = JsonPaths.of("/type", "/content", "/arguments", "/input");
  private static final JsonPaths CONTENT = JsonPaths.of("/type", "/text", "/refusal");

  /** Error codes of responses that failed through no fault of the request. */
  private static final Set<String> PASSING = Set.of("server_error", "rate_limit_exceeded");

  private final OpenAiEndpoint endpoint;
  private final boolean several;

  /**
   * Extracts the answers of an endpoint.
   *
   * @param several whether a request asks for several answers, which are returned as a list
   */
  OpenAiAnswers(OpenAiEndpoint endpoint, boolean several) {
    this.endpoint = endpoint;
    this.several = several;
  }

  /**
   * Extracts an answer.
   *
   * @param found the values at the endpoint's pointers, in their order
   * @param errorCode the provider's error code, or null
   */
  Answer read(List<@Nullable JsonSlice> found, @Nullable String errorCode) throws IOException {
    return switch (endpoint) {
      case CHAT_COMPLETIONS, COMPLETIONS -> choices(found);
      case RESPONSES -> response(found.get(0), found.get(1), found.get(2), errorCode);
      case EMBEDDINGS -> complete(embeddings(found.get(0)));
      case MODERATIONS -> complete(moderation(found.get(0)));
      case OTHER -> complete(found.get(0));
    };
  }

  private static Answer complete(@Nullable JsonSlice value) {
    return new Answer(value, false, null, null, Ending.COMPLETE);
  }

  /** The answer in the values at {@link #CHOICES}. */
  private Answer choices(List<@Nullable JsonSlice> found) throws IOException {
    JsonSlice choices = found.get(0);
    if (choices == null || !choices.isArray()) {
      return complete(null);
    }
    if (!several && found.get(CHOICES.size() - 1) == null) {
      return choice(found.subList(1, CHOICES.size() - 1));
    }
    List<JsonSlice> values = new ArrayList<>();
    Answer worst = complete(null);
    for (JsonSlice element : JsonPaths.elements(choices)) {
      Answer answer = choice(Arrays.asList(CHOICE.find(element)));
      if (answer.ending() != Ending.COMPLETE || worst.finishReason() == null) {
        worst = answer;
      }
      if (answer.value() != null) {
        values.add(answer.value());
      }
    }
    return new Answer(
        values.isEmpty() ? null : JsonPieces.array(values),
        true,
        worst.finishReason(),
        worst.refusal(),
        worst.ending());
  }

  /** The answer in the values at {@link #CHOICE_POINTERS}. */
  private static Answer choice(List<@Nullable JsonSlice> found) throws IOException {
    JsonSlice text = found.get(0) == null ? found.get(1) : text(found.get(0));
    JsonSlice value = text == null ? toolCalls(found.get(4), found.get(5)) : text;
    JsonSlice finish = found.get(2);
    Ending ending = Ending.COMPLETE;
    if (found.get(3) != null || JsonPieces.is(finish, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (JsonPieces.is(finish, "length")) {
      ending = Ending.TRUNCATED;
    }
    return new Answer(value, false, finish, found.get(3), ending);
  }

  /**
   * A text, or the concatenated texts of a list of parts; any other value is returned unchanged.
   */
  private static @Nullable JsonSlice text(JsonSlice content) throws IOException {
    if (!content.isArray()) {
      return content;
    }
    List<JsonSlice> texts = new ArrayList<>();
    for (JsonSlice part : JsonPaths.elements(content)) {
      JsonSlice text = part.isText() ? part : CONTENT.find(part)[1];
      if (isText(text)) {
        texts.add(text);
      }
    }
    return texts.isEmpty() ? content : JsonPieces.concatenated(texts);
  }

  private static @Nullable JsonSlice toolCalls(
      @Nullable JsonSlice calls, @Nullable JsonSlice functionCall) throws IOException {
    List<JsonSlice> arguments = new ArrayList<>();
    for (JsonSlice call : JsonPaths.elements(calls)) {
      @Nullable JsonSlice[] found = TOOL_CALL.find(call);
      JsonSlice own = found[0] == null ? found[1] : found[0];
      if (own != null) {
        arguments.add(own);
      }
    }
    if (arguments.isEmpty() && functionCall != null) {
      arguments.add(functionCall);
    }
    return arguments(arguments);
  }

  /** The arguments of a call as the JSON that the model wrote; for several calls, an array. */
  private static @Nullable JsonSlice arguments(List<JsonSlice> each) throws IOException {
    List<JsonSlice> values = new ArrayList<>();
    for (JsonSlice arguments : each) {
      // A lone surrogate would be lost in encoding: such a text stays quoted, and is rejected
      // later.
      JsonSlice json =
          LoneSurrogates.in(arguments.json())
              ? arguments
              : JsonSlice.of(arguments.text().getBytes(StandardCharsets.UTF_8));
      values.add(json.wellFormed() ? JsonPieces.onOneLine(json) : arguments);
    }
    return JsonPieces.oneOrArray(values);
  }

  private static Answer response(
      @Nullable JsonSlice output,
      @Nullable JsonSlice status,
      @Nullable JsonSlice incomplete,
      @Nullable String errorCode)
      throws IOException {
    List<JsonSlice> texts = new ArrayList<>();
    List<JsonSlice> refusals = new ArrayList<>();
    List<JsonSlice> calls = new ArrayList<>();
    for (JsonSlice item : JsonPaths.elements(output)) {
      @Nullable JsonSlice[] parts = OUTPUT.find(item);
      if (JsonPieces.is(parts[0], "function_call") || JsonPieces.is(parts[0], "custom_tool_call")) {
        JsonSlice arguments = parts[2] == null ? parts[3] : parts[2];
        if (arguments != null) {
          calls.add(arguments);
        }
      }
      if (!JsonPieces.is(parts[0], "message")) {
        continue;
      }
      for (JsonSlice content : JsonPaths.elements(parts[1])) {
        @Nullable JsonSlice[] piece = CONTENT.find(content);
        if (JsonPieces.is(piece[0], "output_text") && isText(piece[1])) {
          texts.add(piece[1]);
        } else if (JsonPieces.is(piece[0], "refusal") && isText(piece[2])) {
          refusals.add(piece[2]);
        }
      }
    }
    Ending ending = Ending.COMPLETE;
    if (!refusals.isEmpty() || JsonPieces.is(incomplete, "content_filter")) {
      ending = Ending.REFUSED;
    } else if (JsonPieces.is(status, "incomplete")) {
      ending = Ending.TRUNCATED;
    } else if (JsonPieces.is(status, "failed")) {
      ending = errorCode == null || PASSING.contains(errorCode) ? Ending.ERROR : Ending.REJECTED;
    }
    JsonSlice finish = incomplete == null ? status : incomplete;
    JsonSlice value = texts.isEmpty() ? arguments(calls) : JsonPieces.concatenated(texts);
    return new Answer(value, false, finish, JsonPieces.concatenated(refusals), ending);
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
    return JsonPieces.oneOrArray(List.copyOf(byIndex.values()));
  }

  private static @Nullable JsonSlice moderation(@Nullable JsonSlice results) throws IOException {
    List<JsonSlice> each = JsonPaths.elements(results);
    return each.size() > 1 ? results : JsonPieces.oneOrArray(each);
  }

  private static boolean isText(@Nullable JsonSlice value) {
    return value != null && value.isText();
  }
}
