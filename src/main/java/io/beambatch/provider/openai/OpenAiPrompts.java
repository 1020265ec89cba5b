package io.beambatch.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.provider.Prompt;

/** Renders the short form of a request into the bodies of chats, responses and completions. */
final class OpenAiPrompts {
  /** The API requires a name for each schema; its value has no meaning. */
  private static final String SCHEMA_NAME = "answer";

  private OpenAiPrompts() {}

  static ObjectNode chat(Prompt prompt) {
    ObjectNode body = body(prompt, "max_completion_tokens");
    responseFormat(body, prompt);
    messages(body.putArray("messages"), prompt);
    return body;
  }

  static ObjectNode response(Prompt prompt) {
    ObjectNode body = body(prompt, "max_output_tokens");
    if (prompt.schema() != null) {
      ObjectNode format = body.putObject("text").putObject("format").put("type", "json_schema");
      format.setAll(named(prompt.schema()));
    }
    messages(body.putArray("input"), prompt);
    return body;
  }

  /**
   * The body for completion models, which continue a text. The schema has the form that servers of
   * open models understand.
   */
  static ObjectNode completion(Prompt prompt) {
    ObjectNode body = body(prompt, "max_tokens");
    responseFormat(body, prompt);
    String system = prompt.system() == null ? "" : prompt.system() + "\n\n";
    return body.put("prompt", system + prompt.user());
  }

  private static ObjectNode body(Prompt prompt, String maxTokens) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (prompt.maxTokens() != null) {
      body.put(maxTokens, prompt.maxTokens());
    }
    if (prompt.temperature() != null) {
      body.put("temperature", prompt.temperature());
    }
    return body;
  }

  private static void responseFormat(ObjectNode body, Prompt prompt) {
    if (prompt.schema() != null) {
      body.putObject("response_format")
          .put("type", "json_schema")
          .set("json_schema", named(prompt.schema()));
    }
  }

  private static void messages(ArrayNode messages, Prompt prompt) {
    if (prompt.system() != null) {
      messages.addObject().put("role", "system").put("content", prompt.system());
    }
    messages.addObject().put("role", "user").put("content", prompt.user());
  }

  private static ObjectNode named(JsonNode schema) {
    ObjectNode named = JsonNodeFactory.instance.objectNode().put("name", SCHEMA_NAME);
    if (isStrict(schema)) {
      named.put("strict", true);
    }
    named.set("schema", schema);
    return named;
  }

  /**
   * Returns whether the API would accept a schema as strict: every object in it is closed, and all
   * its fields are required. Other schemas are sent as not strict, and answers are checked here.
   */
  private static boolean isStrict(JsonNode schema) {
    JsonNode fields = schema.path("properties");
    if (fields.isObject()) {
      JsonNode required = schema.path("required");
      boolean closed =
          schema.path("additionalProperties").isBoolean()
              && !schema.path("additionalProperties").booleanValue();
      if (!closed || required.size() != fields.size()) {
        return false;
      }
    } else if (schema.path("type").asText().equals("object")) {
      return false;
    }
    for (JsonNode child : schema) {
      if (child.isContainerNode() && !isStrict(child)) {
        return false;
      }
    }
    return true;
  }
}
