package io.beambatch.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an endpoint of a provider: what its request bodies look like, and what they ask
 * for. Reading job files, rendering, estimating and joining all take it from here. Pointers are
 * JSON pointers into a request body.
 */
public interface Endpoint {

  /** The path that a job file names, such as {@code /v1/chat/completions}. */
  String path();

  /** Whether a model writes its answers as text, which is billed as completion tokens. */
  boolean writesText();

  /** Pointers to what limits the tokens of an answer, the one that counts first. */
  List<String> tokenLimits();

  /** The fields that a request body has to have. */
  default List<String> required() {
    return List.of();
  }

  /** Pointer to the format that answers are asked in; null if there is no choice of format. */
  @Nullable String formatPointer();

  /** Pointers to the schema that answers are asked to fit; it stands at one of them, if at all. */
  default List<String> schemaPointers() {
    String format = formatPointer();
    return format == null ? List.of() : List.of(format + "/json_schema/schema", format + "/schema");
  }

  /** What a format asks for, such as {@code {"type": "json_object"}}. */
  AskedJson askedJson(JsonNode format);

  /** Whether a format asks for JSON, or may do so: it may hold placeholders. */
  default boolean mayAskJson(JsonNode format) {
    return !format.path("type").asText().equals("text");
  }

  /** Whether a pointer into the response leads to the place of the endpoint's own answer. */
  boolean isOwnPlace(String pointer);

  /** How many answers a request asks for. */
  default int answersAsked(JsonNode body) {
    return 1;
  }

  /** Whether a request asks for several answers at once, which make a list. */
  default boolean asksForSeveral(JsonNode body) {
    return answersAsked(body) > 1;
  }

  /** Whether a model may call a tool in place of writing an answer. */
  boolean offersTools(JsonNode body);

  /** What answers are if no format is asked for. */
  AnswerKind answers(JsonNode body);

  /**
   * Pointer to the inputs of a request that count one by one against the limit on requests; null if
   * it is the request that counts.
   */
  default @Nullable String inputsPointer() {
    return null;
  }

  /** What a request counts against the limit on requests of a batch. */
  default int weight(JsonNode body) {
    return 1;
  }

  /**
   * Renders the short form of a request into the endpoint's own body, without the model; null if
   * the endpoint takes no prompts, as for embeddings.
   */
  @Nullable ObjectNode body(Prompt prompt);

  /**
   * The same body, in which the end of what all requests begin with is marked, so that the provider
   * keeps it in its cache; the body itself where a provider does so unasked, and null if requests
   * begin with nothing that is the same.
   */
  default @Nullable ObjectNode cached(ObjectNode body) {
    return body;
  }

  /** Whether a request asks for something to be kept in the provider's cache, at a price. */
  default boolean writesCache(JsonNode body) {
    return false;
  }

  /** What a request body asks the answer to be, or null. */
  default @Nullable JsonNode askedFormat(JsonNode body) {
    return Stream.ofNullable(formatPointer())
        .map(body::at)
        .filter(JsonNode::isObject)
        .findFirst()
        .orElse(null);
  }

  /** What an answer is. */
  enum AnswerKind {
    TEXT,
    NUMBERS,
    LISTS_OF_NUMBERS,
    JSON
  }

  /**
   * What a format asks for.
   *
   * @param json whether the answer is to be JSON
   * @param object whether that is to be an object, whatever is in it
   * @param schema that it has to fit, or null
   */
  record AskedJson(boolean json, boolean object, @Nullable JsonNode schema) {
    /** A text, as the model likes to write it. */
    public static final AskedJson TEXT = new AskedJson(false, false, null);

    /**
     * What {@code {"type": "json_schema", "schema": …}} and its likes ask for, as several providers
     * write it.
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
