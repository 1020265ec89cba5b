package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Conversation;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.Prompt;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of the OpenAI API and of compatible servers: which fields limit an answer, where a
 * request asks for JSON, and where the response has its answer.
 */
@SuppressWarnings("ImmutableEnumChecker") // lists made by List.of are immutable
enum OpenAiEndpoint implements Endpoint {
  CHAT_COMPLETIONS(
      "/v1/chat/completions",
      true,
      List.of("/max_completion_tokens", "/max_tokens"),
      "/response_format",
      OpenAiAnswers.CHOICES),
  RESPONSES(
      "/v1/responses",
      true,
      List.of("/max_output_tokens"),
      "/text/format",
      List.of("/output", "/status", "/incomplete_details/reason")),
  EMBEDDINGS("/v1/embeddings", false, List.of(), null, List.of("/data")),
  COMPLETIONS(
      "/v1/completions", true, List.of("/max_tokens"), "/response_format", OpenAiAnswers.CHOICES),
  MODERATIONS("/v1/moderations", false, List.of(), null, List.of("/results")),
  /** An unknown endpoint: the whole response body is the answer. */
  OTHER("", false, List.of("/max_tokens"), null, List.of(""));

  /** The place of a chat's answer: a job that points there means the endpoint's own place. */
  private static final String CHAT_ANSWER = "/choices/0/message/content";

  private static final String VERSION = "/v1";

  private final String path;
  private final boolean writesText;
  private final List<String> tokenLimits;
  private final @Nullable String formatPointer;
  private final List<String> answerPointers;

  OpenAiEndpoint(
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

  /** The endpoint of a path such as {@code /v1/chat/completions}, whatever prefix it has. */
  static OpenAiEndpoint of(String path) {
    return Arrays.stream(values())
        .filter(known -> known == OTHER || path.endsWith(known.path.substring(VERSION.length())))
        .findFirst()
        .orElse(OTHER);
  }

  /** The endpoints that a job may name. */
  static List<OpenAiEndpoint> named() {
    return Arrays.stream(values()).filter(known -> known != OTHER).toList();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public boolean writesText() {
    return writesText;
  }

  @Override
  public List<String> tokenLimits() {
    return tokenLimits;
  }

  @Override
  public @Nullable String formatPointer() {
    return formatPointer;
  }

  @Override
  public AskedJson askedJson(JsonNode format) {
    return AskedJson.ofType(format);
  }

  /** Pointers into the response body to the values that form the answer, and to how it ended. */
  List<String> answerPointers() {
    return answerPointers;
  }

  @Override
  public boolean isOwnPlace(String pointer) {
    return this == CHAT_COMPLETIONS && pointer.equals(CHAT_ANSWER);
  }

  @Override
  public int answersAsked(JsonNode body) {
    return this == CHAT_COMPLETIONS || this == COMPLETIONS
        ? Math.max(1, body.path("n").asInt(1))
        : 1;
  }

  @Override
  public boolean offersTools(JsonNode body) {
    return (this == CHAT_COMPLETIONS || this == RESPONSES)
        && (!body.path("tools").isEmpty() || !body.path("functions").isEmpty());
  }

  @Override
  public AnswerKind answers(JsonNode body) {
    return switch (this) {
      case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES -> AnswerKind.TEXT;
      case EMBEDDINGS -> embeddings(body.path("input"), body.path("encoding_format"));
      case MODERATIONS, OTHER -> AnswerKind.JSON;
    };
  }

  /** One text gives one embedding; several give a list of them. */
  private static AnswerKind embeddings(JsonNode input, JsonNode format) {
    boolean one =
        input.isTextual() || (input.isArray() && (input.size() == 1 || input.path(0).isNumber()));
    if (!format.isMissingNode() && !format.asText().equals("float")) {
      return format.asText().equals("base64") && one ? AnswerKind.TEXT : AnswerKind.JSON;
    }
    if (one) {
      return AnswerKind.NUMBERS;
    }
    return input.isArray() && input.size() > 1 ? AnswerKind.LISTS_OF_NUMBERS : AnswerKind.JSON;
  }

  @Override
  public @Nullable String inputsPointer() {
    return this == EMBEDDINGS ? "/input" : null;
  }

  /** An array of numbers is one text, already tokenized. */
  @Override
  public int weight(JsonNode body) {
    JsonNode input = body.path("input");
    boolean several = this == EMBEDDINGS && input.isArray() && !input.path(0).isNumber();
    return several ? Math.max(1, input.size()) : 1;
  }

  @Override
  public @Nullable Conversation conversation() {
    return switch (this) {
      case CHAT_COMPLETIONS -> Conversation.ofContents("/messages");
      case RESPONSES -> Conversation.ofContents("/input");
      case COMPLETIONS, EMBEDDINGS, MODERATIONS, OTHER -> null;
    };
  }

  @Override
  public @Nullable ObjectNode body(Prompt prompt) {
    return switch (this) {
      case CHAT_COMPLETIONS -> OpenAiPrompts.chat(prompt);
      case RESPONSES -> OpenAiPrompts.response(prompt);
      case COMPLETIONS -> OpenAiPrompts.completion(prompt);
      case EMBEDDINGS, MODERATIONS, OTHER -> null;
    };
  }
}
