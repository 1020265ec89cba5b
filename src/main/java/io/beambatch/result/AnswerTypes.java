package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.job.Endpoint;
import io.beambatch.job.Inference;
import io.beambatch.schema.DocumentSchemas.AnswerType;
import io.beambatch.schema.JsonSchemaTypes;
import io.beambatch.schema.Types;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The type of a job's answers in a sink that has types: what {@code result.schema} says, or the
 * schema that the request asks answers in; else a text of the endpoints that give texts, numbers of
 * embeddings, and JSON of what may look like anything.
 */
public final class AnswerTypes {
  private static final String NAME = "Answer";

  private AnswerTypes() {}

  /** The type of a job's answers. */
  public static AnswerType of(Inference inference) {
    JsonNode schema = AskedFormat.schema(inference);
    AnswerType one =
        schema == null
            ? namespace -> withoutSchema(inference)
            : namespace -> JsonSchemaTypes.of(schema, NAME, namespace);
    boolean several =
        Endpoint.of(inference.request().endpoint()).asksForSeveral(inference.request().body())
            && !AskedFormat.pointsElsewhere(inference);
    return several ? namespace -> Schema.createArray(one.in(namespace)) : one;
  }

  private static Schema withoutSchema(Inference inference) {
    Endpoint endpoint = Endpoint.of(inference.request().endpoint());
    if (AskedFormat.pointsElsewhere(inference)
        || AskedFormat.asksJson(inference)
        || endpoint.offersTools(inference.request().body())) {
      return Types.json();
    }
    return switch (endpoint) {
      case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES -> Types.string();
      case EMBEDDINGS -> embedding(inference.request().body());
      case MODERATIONS, OTHER -> Types.json();
    };
  }

  /** One text gives one embedding, several give a list of them. */
  private static Schema embedding(JsonNode body) {
    JsonNode input = body.path("input");
    JsonNode format = body.path("encoding_format");
    Schema one = Schema.createArray(Schema.create(Schema.Type.DOUBLE));
    if (!format.isMissingNode() && !format.asText().equals("float")) {
      return format.asText().equals("base64") && one(input) ? Types.string() : Types.json();
    }
    if (one(input)) {
      return one;
    }
    return input.isArray() && input.size() > 1 ? Schema.createArray(one) : Types.json();
  }

  private static boolean one(@Nullable JsonNode input) {
    return input != null
        && (input.isTextual()
            || (input.isArray() && (input.size() == 1 || input.path(0).isNumber())));
  }
}
