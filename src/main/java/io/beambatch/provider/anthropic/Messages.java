package io.beambatch.provider.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Conversation;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.Prompt;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anthropic's Messages endpoint, the only one whose requests its batches accept. */
final class Messages implements Endpoint {
  static final Messages ENDPOINT = new Messages();
  static final String PATH = "/v1/messages";

  /** The API requires a limit; an answer that needs more fails as truncated. */
  private static final int MAX_TOKENS = 4_096;

  /** The shortest prefix that a model caches, in tokens, by the prefix of its name. */
  private static final Map<String, Integer> LEAST_KEPT =
      Map.of(
          "claude-haiku-4-5", 4_096,
          "claude-opus-4-5", 4_096,
          "claude-opus-4-6", 4_096,
          "claude-sonnet-4-6", 2_048,
          "claude-3-5-haiku", 2_048,
          "claude-3-haiku", 2_048);

  private static final int LEAST_KEPT_OF_ANY = 1_024;

  private Messages() {}

  @Override
  public String path() {
    return PATH;
  }

  @Override
  public boolean writesText() {
    return true;
  }

  @Override
  public List<String> tokenLimits() {
    return List.of("/max_tokens");
  }

  @Override
  public List<String> required() {
    return List.of("max_tokens", "messages");
  }

  @Override
  public @Nullable String formatPointer() {
    return "/output_config/format";
  }

  @Override
  public AskedJson askedJson(JsonNode format) {
    return AskedJson.ofType(format);
  }

  @Override
  public boolean isOwnPlace(String pointer) {
    return pointer.equals("/content/0/text");
  }

  @Override
  public boolean offersTools(JsonNode body) {
    return !body.path("tools").isEmpty();
  }

  @Override
  public AnswerKind answers(JsonNode body) {
    return AnswerKind.TEXT;
  }

  @Override
  public @Nullable ObjectNode cached(ObjectNode body) {
    return ConstantPrefix.mark(body);
  }

  @Override
  public boolean writesCache(JsonNode body) {
    return ConstantPrefix.isMarked(body);
  }

  @Override
  public @Nullable String keptPrefix(JsonNode body) {
    return ConstantPrefix.kept(body);
  }

  @Override
  public int leastKept(String model) {
    return LEAST_KEPT.entrySet().stream()
        .filter(known -> model.startsWith(known.getKey()))
        .mapToInt(Map.Entry::getValue)
        .findFirst()
        .orElse(LEAST_KEPT_OF_ANY);
  }

  @Override
  public Conversation conversation() {
    return Conversation.ofContents("/messages");
  }

  @Override
  public ObjectNode body(Prompt prompt) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("max_tokens", prompt.maxTokens() == null ? MAX_TOKENS : prompt.maxTokens());
    if (prompt.temperature() != null) {
      body.put("temperature", prompt.temperature());
    }
    if (prompt.schema() != null) {
      body.putObject("output_config")
          .putObject("format")
          .put("type", "json_schema")
          .set("schema", prompt.schema());
    }
    if (prompt.system() != null) {
      body.put("system", prompt.system());
    }
    body.putArray("messages").addObject().put("role", "user").put("content", prompt.user());
    return body;
  }
}
