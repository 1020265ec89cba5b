package io.beambatch.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationMessage;
import io.beambatch.job.YamlValue.Mapping;
import io.beambatch.job.YamlValue.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that a schema of answers is a JSON schema, against the meta-schema of its draft. A
 * validator accepts much that isn't one, and then accepts every answer, or none, when everything is
 * paid.
 */
final class MetaSchema {
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();

  /** Keys that distinguish schemas from other files, such as credentials. */
  private static final Set<String> KEYS =
      Set.of(
          "$schema",
          "$ref",
          "$defs",
          "definitions",
          "properties",
          "required",
          "additionalProperties",
          "patternProperties",
          "items",
          "prefixItems",
          "enum",
          "const",
          "anyOf",
          "oneOf",
          "allOf",
          "not",
          "pattern",
          "minLength",
          "maxLength",
          "minimum",
          "maximum",
          "minItems",
          "maxItems");

  private static final Set<String> TYPES =
      Set.of("object", "array", "string", "number", "integer", "boolean", "null");

  private MetaSchema() {}

  /**
   * Reports the faults of a schema in the job file, each where it is written.
   *
   * @param path of the schema in the job file
   */
  static void check(YamlValue schema, String path, Problems problems) {
    faults(schema.toJson())
        .forEach(
            (place, fault) -> {
              YamlValue at = schema;
              String name = path;
              for (String key : place) {
                name = Section.join(name, key);
                at = child(at, key);
              }
              problems.add(at.origin(), name, fault);
            });
  }

  /**
   * Returns whether JSON of another file is a schema, even a faulty one. Only then may errors quote
   * it.
   */
  static boolean isSchema(JsonNode json) {
    JsonNode type = json.path("type");
    boolean alone = json.size() == (type.isMissingNode() ? 0 : 1);
    return json.isObject()
        && (alone
            || type.isArray()
            || TYPES.contains(type.asText())
            || KEYS.stream().anyMatch(json::has));
  }

  /** The faults of a schema in a file of its own, a line each, with JSON pointers. */
  static List<String> faults(JsonNode schema, String file) {
    List<String> lines = new ArrayList<>();
    faults(schema)
        .forEach(
            (place, fault) ->
                lines.add(
                    file
                        + (place.isEmpty() ? "" : " at /" + String.join("/", place))
                        + " "
                        + fault));
    return lines;
  }

  /** The first fault at each place. */
  private static Map<List<String>, String> faults(JsonNode schema) {
    VersionFlag draft =
        SpecVersionDetector.detectOptionalVersion(schema, false).orElse(VersionFlag.V202012);
    JsonSchema ofSchemas =
        JsonSchemaFactory.getInstance(draft).getSchema(SchemaLocation.of(draft.getId()), CONFIG);
    Map<List<String>, String> faults = new LinkedHashMap<>();
    for (ValidationMessage found : ofSchemas.validate(schema)) {
      JsonNodePath place = found.getInstanceLocation();
      List<String> keys = new ArrayList<>();
      for (int i = 0; i < place.getNameCount(); i++) {
        keys.add(String.valueOf(place.getElement(i)));
      }
      faults.putIfAbsent(keys, "isn't right in a JSON schema: " + text(found));
    }
    return faults;
  }

  private static String text(ValidationMessage found) {
    if (found.getType().equals("enum")) {
      return "it must be one of " + found.getArguments()[0];
    }
    String message = found.getMessage();
    return message.substring(message.indexOf(": ") + 2);
  }

  private static YamlValue child(YamlValue value, String key) {
    if (value instanceof Mapping mapping && mapping.entries().containsKey(key)) {
      return mapping.entries().get(key).value();
    }
    return value instanceof Sequence sequence ? sequence.items().get(Integer.parseInt(key)) : value;
  }
}
