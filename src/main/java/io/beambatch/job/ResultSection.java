package io.beambatch.job;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.job.YamlValue.Scalar;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code result}. */
final class ResultSection {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final List<String> RESERVED = List.of("_batch", "_failure");

  private ResultSection() {}

  /**
   * Reads the section.
   *
   * @param file the job file; a schema's relative path starts at its folder
   */
  static ResultSpec read(Section section, String file) {
    String field = section.text("field", "the name of a field");
    if (field != null && RESERVED.contains(field)) {
      section.problem(
          "field", "must not be '" + field + "': that field is written for every document");
    }
    return new ResultSpec(
        field == null ? "answer" : field,
        pointer(section),
        schema(section, file),
        section.value("unfence").isEmpty() ? null : section.flag("unfence"));
  }

  private static @Nullable String pointer(Section section) {
    String pointer = section.text("pointer", "a JSON pointer such as /choices/0/message/content");
    try {
      JsonPointer.compile(pointer);
    } catch (IllegalArgumentException e) {
      section.problem(
          "pointer",
          "must be a JSON pointer such as /choices/0/message/content: it begins with '/'");
    }
    return pointer;
  }

  /** The JSON schema under the key {@code schema}: written there, or in a file that it names. */
  static @Nullable JsonNode schema(Section section, String file) {
    Optional<YamlValue> value = section.value("schema");
    if (value.isEmpty()) {
      return null;
    }
    if (value.get() instanceof YamlValue.Mapping mapping) {
      section.checkSchema("schema", mapping);
      return mapping.toJson();
    }
    if (!(value.get() instanceof Scalar scalar)
        || !scalar.json().isTextual()
        || !scalar.text().endsWith(".json")) {
      section.problem(
          "schema",
          "must be a JSON schema, or the path of a .json file that holds one, but was "
              + value.get().found());
      return null;
    }
    if (file.equals(TextFile.NONE)) {
      section.problem("schema", "must be written out here; no file is read for it");
      return null;
    }
    String path = TextFile.beside(file, scalar.text());
    try {
      JsonNode schema = JSON.readTree(TextFile.read(path));
      if (MetaSchema.isSchema(schema)) {
        MetaSchema.faults(schema, path).forEach(fault -> section.problem("schema", fault));
        return schema;
      }
      section.problem(
          "schema",
          schema.isObject()
              ? path
                  + " holds no JSON schema: an object with type, properties, enum, $ref or another"
                  + " key of schemas"
              : "must be a JSON object, but " + path + " holds something else");
    } catch (JsonProcessingException e) {
      // Its message would quote the file, which may not be the intended one.
      JsonLocation at = e.getLocation();
      String place = at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr();
      section.problem("schema", path + place + " isn't valid JSON");
    } catch (IOException e) {
      section.problem("schema", "can't read " + path + ": " + e.getMessage());
    }
    return null;
  }
}
