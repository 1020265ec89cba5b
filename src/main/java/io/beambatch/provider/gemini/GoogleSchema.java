package io.beambatch.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * Converts a schema in Google's notation: upper-case types, and {@code nullable} instead of a type
 * {@code null}.
 */
final class GoogleSchema {
  private GoogleSchema() {}

  /** The equivalent JSON schema; keywords that mean the same in both are kept. */
  static JsonNode toJsonSchema(JsonNode schema) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    schema
        .fields()
        .forEachRemaining(
            field -> {
              switch (field.getKey()) {
                case "type" -> json.set("type", type(field.getValue(), schema));
                case "properties" -> {
                  ObjectNode properties = json.putObject("properties");
                  field
                      .getValue()
                      .fields()
                      .forEachRemaining(
                          each -> properties.set(each.getKey(), toJsonSchema(each.getValue())));
                }
                case "items" -> json.set("items", toJsonSchema(field.getValue()));
                case "anyOf", "any_of" -> {
                  ArrayNode choices = json.putArray("anyOf");
                  field.getValue().forEach(choice -> choices.add(toJsonSchema(choice)));
                }
                case "enum" -> json.set("enum", choices(field.getValue(), schema));
                case "required", "description", "title", "minimum", "maximum", "pattern" ->
                    json.set(field.getKey(), field.getValue());
                default -> {
                  // Orders of fields, examples and formats: they make no answer wrong.
                }
              }
            });
    return json;
  }

  private static JsonNode type(JsonNode type, JsonNode schema) {
    String word = type.asText().toLowerCase(Locale.ROOT);
    return schema.path("nullable").asBoolean()
        ? JsonNodeFactory.instance.arrayNode().add(word).add("null")
        : JsonNodeFactory.instance.textNode(word);
  }

  private static JsonNode choices(JsonNode choices, JsonNode schema) {
    return schema.path("nullable").asBoolean()
        ? ((ArrayNode) choices.deepCopy()).addNull()
        : choices;
  }
}
