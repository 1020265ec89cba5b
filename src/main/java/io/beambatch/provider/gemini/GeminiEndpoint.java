package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Conversation;
import io.beambatch.provider.Endpoint;
import io.beambatch.provider.Prompt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The methods that Gemini's batches can call. Google's JSON allows two spellings of field names.
 */
enum GeminiEndpoint implements Endpoint {
  GENERATE_CONTENT("generateContent", "batchGenerateContent", "/candidates"),
  EMBED_CONTENT("embedContent", "asyncBatchEmbedContent", "/embedding/values");

  private static final String CONFIG = "/generationConfig";
  private static final String SNAKE_CONFIG = "/generation_config";
  private static final String OWN_PLACE = "/candidates/0/content/parts/0/text";
  private static final String JSON = "application/json";

  private final String path;
  private final String create;
  private final String answerPointer;

  GeminiEndpoint(String path, String create, String answerPointer) {
    this.path = path;
    this.create = create;
    this.answerPointer = answerPointer;
  }

  static GeminiEndpoint of(String path) {
    return path.endsWith(EMBED_CONTENT.path) ? EMBED_CONTENT : GENERATE_CONTENT;
  }

  @Override
  public String path() {
    return path;
  }

  /** The method that creates a batch of such requests. */
  String create() {
    return create;
  }

  /** Pointer into a response to the value that contains the answer. */
  String answerPointer() {
    return answerPointer;
  }

  @Override
  public boolean writesText() {
    return this == GENERATE_CONTENT;
  }

  @Override
  public List<String> tokenLimits() {
    return this == GENERATE_CONTENT
        ? List.of(
            CONFIG + "/maxOutputTokens",
            CONFIG + "/max_output_tokens",
            SNAKE_CONFIG + "/maxOutputTokens",
            SNAKE_CONFIG + "/max_output_tokens")
        : List.of();
  }

  @Override
  public @Nullable String formatPointer() {
    return this == GENERATE_CONTENT ? CONFIG : null;
  }

  /** Schemas in Google's own notation are excluded: they are not JSON schemas. */
  @Override
  public List<String> schemaPointers() {
    return this == GENERATE_CONTENT
        ? List.of(
            CONFIG + "/responseJsonSchema",
            CONFIG + "/response_json_schema",
            SNAKE_CONFIG + "/responseJsonSchema",
            SNAKE_CONFIG + "/response_json_schema")
        : List.of();
  }

  @Override
  public @Nullable JsonNode askedFormat(JsonNode body) {
    JsonNode config = config(body);
    return this == GENERATE_CONTENT && config.isObject() ? config : null;
  }

  @Override
  public AskedJson askedJson(JsonNode format) {
    JsonNode schema = field(format, "responseJsonSchema", "response_json_schema");
    JsonNode google = field(format, "responseSchema", "response_schema");
    if (schema.isObject()) {
      return new AskedJson(true, false, schema);
    }
    if (google.isObject()) {
      return new AskedJson(true, false, GoogleSchema.toJsonSchema(google));
    }
    return mimeType(format).asText().equals(JSON)
        ? new AskedJson(true, false, null)
        : AskedJson.TEXT;
  }

  @Override
  public boolean mayAskJson(JsonNode format) {
    String type = mimeType(format).asText("");
    return type.equals(JSON) || type.contains("{{");
  }

  @Override
  public boolean isOwnPlace(String pointer) {
    return this == GENERATE_CONTENT
        ? pointer.equals(OWN_PLACE)
        : pointer.equals(EMBED_CONTENT.answerPointer);
  }

  @Override
  public int answersAsked(JsonNode body) {
    return Math.max(1, field(config(body), "candidateCount", "candidate_count").asInt(1));
  }

  @Override
  public boolean offersTools(JsonNode body) {
    return !body.path("tools").isEmpty();
  }

  @Override
  public AnswerKind answers(JsonNode body) {
    return this == GENERATE_CONTENT ? AnswerKind.TEXT : AnswerKind.NUMBERS;
  }

  @Override
  public @Nullable Conversation conversation() {
    return this == GENERATE_CONTENT
        ? new Conversation("/contents", "model", "\"parts\":[{\"text\":", "}]")
        : null;
  }

  @Override
  public @Nullable ObjectNode body(Prompt prompt) {
    if (this == EMBED_CONTENT) {
      return null;
    }
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (prompt.system() != null) {
      text(body.putObject("systemInstruction"), prompt.system());
    }
    text(body.putArray("contents").addObject().put("role", "user"), prompt.user());
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    if (prompt.maxTokens() != null) {
      config.put("maxOutputTokens", prompt.maxTokens());
    }
    if (prompt.temperature() != null) {
      config.put("temperature", prompt.temperature());
    }
    if (prompt.schema() != null) {
      config.put("responseMimeType", JSON).set("responseJsonSchema", prompt.schema());
    }
    if (!config.isEmpty()) {
      body.set("generationConfig", config);
    }
    return body;
  }

  private static void text(ObjectNode content, String text) {
    content.putArray("parts").addObject().put("text", text);
  }

  private static JsonNode config(JsonNode body) {
    return field(body, CONFIG.substring(1), SNAKE_CONFIG.substring(1));
  }

  private static JsonNode mimeType(JsonNode config) {
    return field(config, "responseMimeType", "response_mime_type");
  }

  private static JsonNode field(JsonNode node, String camel, String snake) {
    return node.has(camel) ? node.path(camel) : node.path(snake);
  }
}
