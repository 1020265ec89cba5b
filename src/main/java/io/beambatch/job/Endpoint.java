package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each endpoint of the OpenAI API: what counts against the limits of a batch, what
 * limits an answer, where a request asks for JSON, and where the response has its answer.
 * Rendering, estimating and joining all take it from here.
 */
@SuppressWarnings("ImmutableEnumChecker") // lists made by List.of are immutable
public enum Endpoint {
  CHAT_COMPLETIONS(
      "/v1/chat/completions",
      true,
      List.of("max_completion_tokens", "max_tokens"),
      "/response_format",
      List.of("/choices")),
  RESPONSES(
      "/v1/responses",
      true,
      List.of("max_output_tokens"),
      "/text/format",
      List.of("/output", "/status", "/incomplete_details/reason")),
  EMBEDDINGS("/v1/embeddings", false, List.of(), null, List.of("/data")),
  COMPLETIONS(
      "/v1/completions", true, List.of("max_tokens"), "/response_format", List.of("/choices")),
  MODERATIONS("/v1/moderations", false, List.of(), null, List.of("/results")),
  /** An endpoint that is not known here: the whole response body is the answer. */
  OTHER("", false, List.of("max_tokens"), null, List.of(""));

  /** Where a chat's answer stands: whoever points there means the endpoint's own place. */
  private static final String CHAT_ANSWER = "/choices/0/message/content";

  private static final String VERSION = "/v1";

  private final String path;
  private final boolean writesText;
  private final List<String> tokenLimits;
  private final @Nullable String formatPointer;
  private final List<String> answerPointers;

  Endpoint(
      String path,
      boolean writesText,
      List<String> tokenLimits,
      @Nullable String formatPointer,
      List<String> answerPointers) {
    this.path = path;
    this.writesText = writesText;
    this.tokenLimits = tokenLimits;
    this.formatPointer = formatPointer;
    this.answerPointers = answerPointers;
  }

  /** The endpoint of a path such as {@code /v1/chat/completions}, whatever stands before it. */
  public static Endpoint of(String path) {
    return Arrays.stream(values())
        .filter(known -> known == OTHER || path.endsWith(known.path.substring(VERSION.length())))
        .findFirst()
        .orElse(OTHER);
  }

  /** The paths that a job file may name. */
  public static List<String> paths() {
    return Arrays.stream(values())
        .filter(known -> known != OTHER)
        .map(known -> known.path)
        .toList();
  }

  /** Whether a model writes its answers as text, which is billed as completion tokens. */
  public boolean writesText() {
    return writesText;
  }

  /** The fields of a request body that limit the tokens of an answer, the one that counts first. */
  public List<String> tokenLimits() {
    return tokenLimits;
  }

  /**
   * What a request body asks the answer to be, such as {@code {"type": "json_object"}}, or null.
   */
  public @Nullable JsonNode askedFormat(JsonNode body) {
    return Stream.ofNullable(formatPointer)
        .map(body::at)
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(null);
  }

  /** JSON pointer to the format in a request body, or null if answers have no choice of format. */
  public @Nullable String formatPointer() {
    return formatPointer;
  }

  /** JSON pointers into the response body to what makes the answer, and to how it ended. */
  public List<String> answerPointers() {
    return answerPointers;
  }

  /** Whether a pointer into the response body leads to the place of the endpoint's own answer. */
  public boolean isOwnPlace(String pointer) {
    return this == CHAT_COMPLETIONS && pointer.equals(CHAT_ANSWER);
  }

  /** Whether a request asks for several answers at once, which make a list. */
  public boolean asksForSeveral(JsonNode body) {
    return (this == CHAT_COMPLETIONS || this == COMPLETIONS) && body.path("n").asInt(1) > 1;
  }

  /** Whether a model may call a tool in place of writing an answer. */
  public boolean offersTools(JsonNode body) {
    return (this == CHAT_COMPLETIONS || this == RESPONSES)
        && (!body.path("tools").isEmpty() || !body.path("functions").isEmpty());
  }

  /** Whether the limit on requests counts the elements of {@code input}, and not the request. */
  public boolean countsInputs() {
    return this == EMBEDDINGS;
  }

  /**
   * What a request counts against the limit on requests of a batch. An array of numbers is one
   * text, cut into tokens already.
   */
  public int weight(JsonNode body) {
    JsonNode input = body.path("input");
    boolean several = countsInputs() && input.isArray() && !input.path(0).isNumber();
    return several ? Math.max(1, input.size()) : 1;
  }
}
