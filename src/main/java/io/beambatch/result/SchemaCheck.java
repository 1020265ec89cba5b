package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rejects JSON schemas that no answer could be checked against, before the validator sees them: a
 * regular expression that can't be used, which the validator would log, and a schema that refers to
 * itself at the same place of an answer, such as {@code {"$ref": "#"}}, which would recurse without
 * end. A schema that refers to itself for a part of the answer, like that of a tree, is valid.
 */
final class SchemaCheck {
  private static final List<String> REFERENCES = List.of("$ref", "$dynamicRef", "$recursiveRef");

  /**
   * Keywords whose schemas apply to the same value, and keywords whose schemas apply to a part of
   * it.
   */
  private static final List<String> SAME_PLACE =
      List.of("allOf", "anyOf", "oneOf", "not", "if", "then", "else");

  private static final List<String> SAME_PLACE_BY_NAME =
      List.of("dependentSchemas", "dependencies");

  private static final List<String> PARTS =
      List.of(
          "items",
          "prefixItems",
          "additionalItems",
          "unevaluatedItems",
          "contains",
          "additionalProperties",
          "unevaluatedProperties",
          "propertyNames");

  private static final List<String> PARTS_BY_NAME = List.of("properties", "patternProperties");

  private final JsonNode root;
  private final Set<JsonNode> reached = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<JsonNode> onPath = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<JsonNode> checked = Collections.newSetFromMap(new IdentityHashMap<>());

  private SchemaCheck(JsonNode root) {
    this.root = root;
  }

  /**
   * Checks a schema.
   *
   * @throws IllegalArgumentException if it can't be used
   */
  static void check(JsonNode schema) {
    new SchemaCheck(schema).visit(schema);
  }

  /**
   * Returns whether a schema has text among its types, or text constants, and neither objects nor
   * arrays: then an answer that isn't JSON can be meant as a text.
   */
  static boolean admitsPlainText(JsonNode schema) {
    Set<String> types = new HashSet<>();
    new SchemaCheck(schema).addTypes(schema, types);
    return types.contains("string") && !types.contains("object") && !types.contains("array");
  }

  /** Adds the types that a schema allows; its references are known to end. */
  private void addTypes(JsonNode schema, Set<String> types) {
    JsonNode named = schema.path("type");
    if (named.isTextual()) {
      types.add(named.textValue());
    }
    named.forEach(type -> types.add(type.asText()));
    schema.path("enum").forEach(value -> types.add(typeOf(value)));
    if (schema.has("const")) {
      types.add(typeOf(schema.get("const")));
    }
    samePlace(schema).forEach(other -> addTypes(other, types));
  }

  private static String typeOf(JsonNode value) {
    return value.isTextual()
        ? "string"
        : value.isObject() ? "object" : value.isArray() ? "array" : "";
  }

  private void visit(JsonNode schema) {
    if (!reached.add(schema)) {
      return;
    }
    checkPlace(schema);
    checkExpressions(schema);
    samePlace(schema).forEach(this::visit);
    PARTS.stream().flatMap(keyword -> schemas(schema.path(keyword))).forEach(this::visit);
    PARTS_BY_NAME.stream().flatMap(keyword -> values(schema.path(keyword))).forEach(this::visit);
  }

  private static void checkExpressions(JsonNode schema) {
    if (schema.path("pattern").isTextual()) {
      new LinearRegularExpression(schema.path("pattern").textValue());
    }
    schema.path("patternProperties").fieldNames().forEachRemaining(LinearRegularExpression::new);
  }

  private void checkPlace(JsonNode schema) {
    if (checked.contains(schema)) {
      return;
    }
    if (!onPath.add(schema)) {
      throw new IllegalArgumentException(
          "it refers to itself endlessly at the same place of an answer"
              + REFERENCES.stream()
                  .map(schema::path)
                  .filter(JsonNode::isTextual)
                  .map(reference -> " (reference " + reference.textValue() + ")")
                  .findFirst()
                  .orElse(""));
    }
    samePlace(schema).forEach(this::checkPlace);
    onPath.remove(schema);
    checked.add(schema);
  }

  private Stream<JsonNode> samePlace(JsonNode schema) {
    List<JsonNode> found = new ArrayList<>();
    for (String keyword : REFERENCES) {
      JsonNode target = target(schema.path(keyword));
      if (target != null) {
        found.add(target);
      }
    }
    SAME_PLACE.stream().flatMap(keyword -> schemas(schema.path(keyword))).forEach(found::add);
    SAME_PLACE_BY_NAME.stream()
        .flatMap(keyword -> values(schema.path(keyword)))
        .forEach(found::add);
    return found.stream();
  }

  /** The schema in this document that a reference names; null if there is none. */
  private @Nullable JsonNode target(JsonNode reference) {
    if (!reference.isTextual()) {
      return null;
    }
    String name = reference.textValue();
    if (name.equals("#")) {
      return root;
    }
    if (name.startsWith("#/")) {
      try {
        JsonNode target = root.at(URLDecoder.decode(name.substring(1).replace("+", "%2B"), UTF_8));
        return target.isObject() ? target : null;
      } catch (IllegalArgumentException noPointer) {
        return null;
      }
    }
    String anchor = name.startsWith("#") ? name.substring(1) : name;
    return Stream.of("$anchor", "$dynamicAnchor", "$id", "id")
        .flatMap(
            keyword ->
                root.findParents(keyword).stream().filter(s -> names(s.path(keyword), anchor)))
        .findFirst()
        .orElse(null);
  }

  private static boolean names(JsonNode id, String anchor) {
    return id.isTextual() && (id.textValue().equals(anchor) || id.textValue().equals("#" + anchor));
  }

  /** A schema, or the schemas in an array. */
  private static Stream<JsonNode> schemas(JsonNode value) {
    return value.isArray() ? values(value) : Stream.of(value).filter(JsonNode::isObject);
  }

  private static Stream<JsonNode> values(JsonNode value) {
    List<JsonNode> values = new ArrayList<>();
    value.elements().forEachRemaining(values::add);
    return values.stream().filter(JsonNode::isObject);
  }
}
