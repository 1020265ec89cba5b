package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON schema that answers have to fit; references to other files are not followed. */
final class AnswerSchema {
  private static final SchemaValidatorsConfig CONFIG =
      SchemaValidatorsConfig.builder().pathType(PathType.JSON_POINTER).build();

  private final JsonSchema schema;

  private AnswerSchema(JsonSchema schema) {
    this.schema = schema;
  }

  /**
   * Compiles a schema; of draft 2020-12, unless its {@code $schema} says otherwise.
   *
   * @throws IllegalArgumentException if it can't be used
   */
  static AnswerSchema of(JsonNode schema) {
    try {
      VersionFlag version =
          SpecVersionDetector.detectOptionalVersion(schema, false).orElse(VersionFlag.V202012);
      JsonSchema compiled =
          JsonSchemaFactory.getInstance(
                  version,
                  builder ->
                      builder.schemaLoaders(
                          loaders ->
                              loaders.values(List::clear).add(DisallowSchemaLoader.getInstance())))
              .getSchema(schema, CONFIG);
      // Otherwise a reference that leads nowhere would be found with the first answer only.
      compiled.initializeValidators();
      return new AnswerSchema(compiled);
    } catch (RuntimeException unusable) {
      throw new IllegalArgumentException(
          "The JSON schema for answers can't be used: "
              + unusable.getMessage()
              + "; correct result.schema, or the schema in request.body",
          unusable);
    }
  }

  /** Where an answer breaks which of the schema's rules, without its contents; null if it fits. */
  @Nullable String violation(JsonNode answer) {
    Set<ValidationMessage> messages;
    try {
      messages = schema.validate(answer);
    } catch (JsonSchemaException inapplicable) {
      return "the schema could not be applied to the answer";
    }
    if (messages.isEmpty()) {
      return null;
    }
    Iterator<ValidationMessage> each = messages.iterator();
    ValidationMessage first = each.next();
    String place = first.getInstanceLocation().toString();
    return "the answer breaks the schema's rule "
        + first.getEvaluationPath()
        + " at "
        + (place.isEmpty() ? "its root" : place)
        + (messages.size() > 1 ? ", and " + (messages.size() - 1) + " more" : "");
  }
}
