package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Creates a value that fits a JSON schema, from a text where the text obviously has it. */
final class SchemaRules {
  private static final int DEEP = 8;
  private static final int MOST_ITEMS = 3;

  private final JsonNode root;
  private final TextFacts facts;
  private final JsonGenerator out;

  private SchemaRules(JsonNode root, TextFacts facts, JsonGenerator out) {
    this.root = root;
    this.facts = facts;
    this.out = out;
  }

  /** A JSON text that fits the schema. */
  static String answer(JsonNode schema, String text) {
    TextFacts facts = new TextFacts(text);
    return ServerJson.text(out -> new SchemaRules(schema, facts, out).value(schema, "", 0, 0));
  }

  /**
   * @param name of the property with this value
   * @param index of the item in its array, so that items differ
   */
  private void value(JsonNode given, String name, int index, int depth) throws IOException {
    JsonNode schema = resolve(given, depth);
    if (schema.has("const")) {
      out.writeTree(schema.get("const"));
    } else if (schema.path("enum").isArray() && !schema.get("enum").isEmpty()) {
      out.writeTree(choose(schema.get("enum"), index));
    } else {
      switch (type(schema)) {
        case "object" -> object(schema, depth);
        case "array" -> array(schema, name, depth);
        case "integer" -> number(NumberRules.integer(schema, facts, index));
        case "number" -> number(NumberRules.number(schema, facts, index));
        case "boolean" -> out.writeBoolean(facts.yes(name));
        case "null" -> out.writeNull();
        default -> out.writeString(StringRules.string(schema, name, facts, index));
      }
    }
  }

  private void number(double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.writeNumber((long) value);
    } else {
      out.writeNumber(value);
    }
  }

  private JsonNode choose(JsonNode values, int index) {
    List<String> words = new ArrayList<>();
    values.forEach(value -> words.add(value.asText()));
    String chosen = TextRules.choose(words, facts.text());
    return values.get((words.indexOf(chosen) + index) % values.size());
  }

  private void object(JsonNode schema, int depth) throws IOException {
    out.writeStartObject();
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(field -> required.add(field.asText()));
    Iterator<Map.Entry<String, JsonNode>> properties = schema.path("properties").fields();
    while (properties.hasNext()) {
      Map.Entry<String, JsonNode> property = properties.next();
      if (required.remove(property.getKey()) || depth < DEEP / 2) {
        out.writeFieldName(property.getKey());
        value(property.getValue(), property.getKey(), 0, depth + 1);
      }
    }
    for (String field : required) { // required, but not described
      out.writeFieldName(field);
      JsonNode extra = schema.path("additionalProperties");
      value(extra.isObject() ? extra : MissingNode.getInstance(), field, 0, depth + 1);
    }
    out.writeEndObject();
  }

  private void array(JsonNode schema, String name, int depth) throws IOException {
    JsonNode first = schema.path("prefixItems");
    JsonNode items = schema.path("items");
    int least = Math.max(schema.path("minItems").asInt(0), first.size());
    int most = schema.path("maxItems").asInt(MOST_ITEMS);
    int count = Math.max(least, Math.min(most, depth > DEEP ? 0 : wanted(items)));
    out.writeStartArray();
    for (int i = 0; i < count; i++) {
      value(i < first.size() ? first.get(i) : items, name, i, depth + 1);
    }
    out.writeEndArray();
  }

  /** For an enum, as many items as the text names; otherwise one. */
  private int wanted(JsonNode items) {
    int named = 0;
    for (JsonNode value : resolve(items, 0).path("enum")) {
      named += Words.contains(facts.text(), value.asText()) ? 1 : 0;
    }
    return Math.max(1, named);
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      return type.asText();
    }
    for (JsonNode one : type) {
      if (!one.asText().equals("null")) {
        return one.asText();
      }
    }
    if (type.isArray() && !type.isEmpty()) {
      return "null";
    }
    return schema.has("properties") ? "object" : schema.has("items") ? "array" : "string";
  }

  /** Follows references, picks one of the alternatives, and merges schemas that apply together. */
  private JsonNode resolve(JsonNode given, int depth) {
    JsonNode schema = given;
    for (int i = 0; i < DEEP; i++) {
      if (schema.path("$ref").isTextual()) {
        String pointer = schema.get("$ref").asText();
        schema =
            pointer.startsWith("#/") ? root.at(JsonPointer.compile(pointer.substring(1))) : root;
      } else if (!alternatives(schema).isEmpty()) {
        schema = pick(alternatives(schema), depth);
      } else if (schema.path("allOf").isArray()) {
        schema = merge(schema);
      } else {
        return schema;
      }
    }
    return schema;
  }

  private static JsonNode alternatives(JsonNode schema) {
    JsonNode any = schema.path("anyOf");
    return any.isArray() && !any.isEmpty() ? any : schema.path("oneOf");
  }

  /** The first alternative that isn't null; at great depth null, so that recursive schemas end. */
  private static JsonNode pick(JsonNode alternatives, int depth) {
    JsonNode chosen = null;
    for (JsonNode alternative : alternatives) {
      boolean nothing = alternative.path("type").asText().equals("null");
      if (nothing ? depth > DEEP / 2 : chosen == null) {
        chosen = alternative;
      }
    }
    return chosen == null ? alternatives.get(0) : chosen;
  }

  private JsonNode merge(JsonNode schema) {
    ObjectNode merged = ((ObjectNode) schema).deepCopy();
    merged.remove("allOf");
    for (JsonNode part : schema.get("allOf")) {
      resolve(part, 0)
          .fields()
          .forEachRemaining(
              field -> {
                switch (field.getKey()) {
                  case "properties" ->
                      merged.withObject("/properties").setAll((ObjectNode) field.getValue());
                  case "required" -> field.getValue().forEach(merged.withArray("required")::add);
                  default -> merged.set(field.getKey(), field.getValue());
                }
              });
    }
    return merged;
  }
}
