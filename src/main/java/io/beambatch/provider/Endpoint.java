package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one of a provider's endpoints: the form of its request bodies, and what they ask
 * for. Job files, rendering, token estimates and the join of results all rely on it. Pointers are
 * JSON pointers into a request body.
 */
public interface Endpoint {

  /** Its path in job files, such as {@code /v1/chat/completions}. */
  String path();

  /** Returns whether a model's answers are text, which is billed as completion tokens. */
  boolean writesText();

  /** Pointers to the fields that limit the tokens of an answer, in order of precedence. */
  List<String> tokenLimits();

  /** The required fields of a request body. */
  default List<String> required() {
    return List.of();
  }

  /** Pointer to the response format; null if the endpoint has none. */
  @Nullable String formatPointer();

  /** Pointers to the places where the schema of the answers may be; at most one is used. */
  default List<String> schemaPointers() {
    String format = formatPointer();
    return format == null ? List.of() : List.of(format + "/json_schema/schema", format + "/schema");
  }

  /** What a response format asks for, such as {@code {"type": "json_object"}}. */
  AskedJson askedJson(JsonNode format);

  /** Returns whether a response format asks for JSON, or may do so: it may contain placeholders. */
  default boolean mayAskJson(JsonNode format) {
    return !format.path("type").asText().equals("text");
  }

  /** Returns whether a pointer into the response names the place of the endpoint's own answer. */
  boolean isOwnPlace(String pointer);

  /** The number of answers that a request asks for. */
  default int answersAsked(JsonNode body) {
    return 1;
  }

  /** Returns whether a request asks for several answers at once, which are returned as a list. */
  default boolean asksForSeveral(JsonNode body) {
    return answersAsked(body) > 1;
  }

  /** Returns whether a model may call a tool instead of writing an answer. */
  boolean offersTools(JsonNode body);

  /** The kind of answer if the request asks for no format. */
  AnswerKind answers(JsonNode body);

  /**
   * Pointer to the inputs of a request if each counts against the limit on requests; null if the
   * request itself counts.
   */
  default @Nullable String inputsPointer() {
    return null;
  }

  /** What a request counts against a batch's limit on requests. */
  default int weight(JsonNode body) {
    return 1;
  }

  /**
   * The common prefix of all requests that the provider is asked to cache for an hour; null if it
   * isn't asked to, or there is none.
   */
  default @Nullable String keptPrefix(JsonNode body) {
    return null;
  }

  /**
   * The minimum length of a cached prefix for a model, in tokens; if it is unknown, the smallest
   * minimum of all models.
   */
  default int leastKept(String model) {
    return 0;
  }

  /** How a request is continued after an answer; null if requests are not conversations. */
  default @Nullable Conversation conversation() {
    return null;
  }

  /**
   * Renders the short form of a request into the endpoint's own body, without the model; null if
   * the endpoint takes no prompts, as for embeddings.
   */
  @Nullable ObjectNode body(Prompt prompt);

  /**
   * The body with a cache marker at the end of the prefix that all requests share. Returns the same
   * body if the provider caches by itself, and null if the requests share no prefix.
   */
  default @Nullable ObjectNode cached(ObjectNode body) {
    return body;
  }

  /** Returns whether a request writes to the provider's cache at a price. */
  default boolean writesCache(JsonNode body) {
    return false;
  }

  /** The response format of a request body, or null. */
  default @Nullable JsonNode askedFormat(JsonNode body) {
    return Stream.ofNullable(formatPointer())
        .map(body::at)
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(null);
  }

  /** The kind of an answer. */
  enum AnswerKind {
    TEXT,
    NUMBERS,
    LISTS_OF_NUMBERS,
    JSON
  }

  /**
   * What a response format asks for.
   *
   * @param json whether the answer must be JSON
   * @param object whether that JSON must be an object, of any content
   * @param schema the schema that it must fit, or null
   */
  record AskedJson(boolean json, boolean object, @Nullable JsonNode schema) {
    /** Free text. */
    public static final AskedJson TEXT = new AskedJson(false, false, null);

    /**
     * What {@code {"type": "json_schema", "schema": …}} and similar formats of several providers
     * ask for.
     */
    public static AskedJson ofType(JsonNode format) {
      String type = format.path("type").asText();
      JsonNode nested = format.at("/json_schema/schema");
      JsonNode schema = nested.isMissingNode() ? format.path("schema") : nested;
      return switch (type) {
        case "json_object" -> new AskedJson(true, true, null);
        case "json_schema" -> new AskedJson(true, false, schema.isObject() ? schema : null);
        default -> TEXT;
      };
    }
  }
}
