package io.beambatch.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * The Avro types of values that fit a JSON schema: objects with named properties are records,
 * arrays with one type of items are arrays. Additional properties of an object are in a field
 * {@value RecordCodec#OTHERS}. Values without a single type are JSON ({@link Types#json}).
 */
public final class JsonSchemaTypes {
  private final JsonNode root;
  private final String namespace;
  private final FieldNames typeNames = new FieldNames();
  private final Set<String> open = new HashSet<>();

  private JsonSchemaTypes(JsonNode root, String namespace) {
    this.root = root;
    this.namespace = namespace;
  }

  /**
   * The type of the values that fit a schema.
   *
   * @param name of the record, if it is one
   * @param namespace of all records in it
   */
  public static Schema of(JsonNode schema, String name, String namespace) {
    return new JsonSchemaTypes(schema, namespace).type(schema, name);
  }

  private Schema type(JsonNode schema, String name) {
    if (schema.has("$ref")) {
      return referred(schema.get("$ref").asText(), name);
    }
    for (String keyword : List.of("anyOf", "oneOf", "allOf")) {
      if (schema.has(keyword)) {
        return ofOne(schema.get(keyword), !keyword.equals("allOf"), name);
      }
    }
    Set<String> types = types(schema);
    boolean mayBeNull = types.remove("null");
    Schema type = types.size() == 1 ? ofType(types.iterator().next(), schema, name) : Types.json();
    return mayBeNull ? Types.nullable(type) : type;
  }

  private Schema ofType(String type, JsonNode schema, String name) {
    return switch (type) {
      case "string" -> Types.string();
      case "boolean" -> Schema.create(Schema.Type.BOOLEAN);
      case "integer" -> Schema.create(Schema.Type.LONG);
      case "number" -> Schema.create(Schema.Type.DOUBLE);
      case "array" -> array(schema, name);
      case "object" -> object(schema, name);
      default -> Types.json();
    };
  }

  private Schema array(JsonNode schema, String name) {
    JsonNode items = schema.path("items");
    return items.isObject() && !schema.has("prefixItems")
        ? Schema.createArray(type(items, name))
        : Types.json();
  }

  private Schema object(JsonNode schema, String name) {
    JsonNode properties = schema.path("properties");
    if (properties.isEmpty() || schema.has("patternProperties")) {
      return Types.json();
    }
    String typeName = typeNames.free(name);
    FieldNames names = new FieldNames();
    List<Schema.Field> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      Schema type = type(property.getValue(), name + "_" + property.getKey());
      fields.add(names.nullable(property.getKey(), type));
    }
    if (!isFalse(schema.path("additionalProperties"))
        && !isFalse(schema.path("unevaluatedProperties"))) {
      fields.add(RecordCodec.others(names));
    }
    return Schema.createRecord(typeName, null, namespace, false, fields);
  }

  private static boolean isFalse(JsonNode value) {
    return value.isBoolean() && !value.booleanValue();
  }

  /** A choice between null and one schema has that schema's type; any other has no single type. */
  private Schema ofOne(JsonNode choices, boolean mayBeNull, String name) {
    List<JsonNode> others = new ArrayList<>();
    for (JsonNode choice : choices) {
      if (!(mayBeNull && types(choice).equals(Set.of("null")))) {
        others.add(choice);
      }
    }
    if (others.size() != 1) {
      return Types.json();
    }
    Schema type = type(others.get(0), name);
    return others.size() < choices.size() ? Types.nullable(type) : type;
  }

  /** A reference within the schema. A recursive one has no finite type. */
  private Schema referred(String reference, String name) {
    if (!reference.startsWith("#") || !open.add(reference)) {
      return Types.json();
    }
    try {
      JsonNode target = root.at(reference.substring(1));
      return target.isMissingNode() ? Types.json() : type(target, name);
    } catch (IllegalArgumentException e) {
      return Types.json(); // An anchor, not a pointer.
    } finally {
      open.remove(reference);
    }
  }

  /** The types that a schema names, or the types of the values that it lists. */
  private static Set<String> types(JsonNode schema) {
    Set<String> types = new TreeSet<>();
    JsonNode named = schema.path("type");
    if (named.isTextual()) {
      types.add(named.asText());
    }
    named.forEach(type -> types.add(type.asText()));
    if (named.isMissingNode()) {
      schema.path("enum").forEach(value -> types.add(typeOf(value)));
      if (schema.has("const")) {
        types.add(typeOf(schema.get("const")));
      }
    }
    if (types.contains("number")) {
      types.remove("integer");
    }
    return types;
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
      default -> "any";
    };
  }
}
