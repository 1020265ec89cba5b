package io.beambatch.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.beambatch.schema.FieldNames;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * Parses schemas whose writers break Avro's rules for names: Polars names no records, others allow
 * any field name. Types and fields get valid names; fields keep their original ones for the
 * documents.
 */
final class AvroNames {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NAME = "name";
  private static final String UNNAMED = "Record";

  private final FieldNames types = new FieldNames();
  private final Map<String, String> renamed = new HashMap<>();

  private AvroNames() {}

  /**
   * Parses a schema.
   *
   * @throws SchemaParseException if it is still invalid
   */
  static Schema parse(String schema) {
    try {
      return new Schema.Parser().parse(schema);
    } catch (SchemaParseException e) {
      try {
        String valid = new AvroNames().type(JSON.readTree(schema)).toString();
        return new Schema.Parser().parse(valid);
      } catch (JsonProcessingException | RuntimeException again) {
        // The first error describes the file as it is.
        throw e;
      }
    }
  }

  private JsonNode type(JsonNode type) {
    if (type.isTextual()) {
      return TextNode.valueOf(renamed.getOrDefault(type.asText(), type.asText()));
    }
    if (type.isArray()) {
      var branches = JSON.createArrayNode();
      type.forEach(branch -> branches.add(type(branch)));
      return branches;
    }
    ObjectNode valid = type.deepCopy();
    if (type.has("fields") || type.has("symbols") || type.has("size")) {
      rename(valid);
    }
    for (String inner : new String[] {"items", "values"}) {
      if (type.has(inner)) {
        valid.set(inner, type(type.get(inner)));
      }
    }
    if (type.has("fields")) {
      FieldNames names = new FieldNames();
      var fields = JSON.createArrayNode();
      type.get("fields").forEach(field -> fields.add(field(field, names)));
      valid.set("fields", fields);
    } else if (type.path("type").isContainerNode()) {
      valid.set("type", type(type.get("type")));
    }
    return valid;
  }

  private void rename(ObjectNode type) {
    String name = type.path(NAME).asText();
    int last = name.lastIndexOf('.') + 1;
    String own = name.substring(last);
    String free = types.free(own.isEmpty() ? UNNAMED : own);
    if (!free.equals(own)) {
      renamed.put(name, name.substring(0, last) + free);
      type.put(NAME, name.substring(0, last) + free);
    }
  }

  private JsonNode field(JsonNode field, FieldNames names) {
    ObjectNode valid = field.deepCopy();
    String name = field.path(NAME).asText();
    String free = names.free(name);
    if (!free.equals(name)) {
      valid.put(NAME, free);
      valid.put(FieldNames.ORIGINAL, name);
    }
    valid.set("type", type(field.path("type")));
    return valid;
  }
}
