package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.job.Inference;
import io.beambatch.provider.Endpoint;
import io.beambatch.schema.DocumentSchemas.AnswerType;
import io.beambatch.schema.JsonSchemaTypes;
import io.beambatch.schema.Types;
import org.apache.avro.Schema;

/**
 * The type of a job's answers in a sink with types. {@code result.schema} decides, or else the
 * response schema of the request; otherwise it is text for text endpoints, numbers for embeddings,
 * and JSON where the form is unknown.
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
        inference.request().target().asksForSeveral(inference.request().body())
            && !AskedFormat.pointsElsewhere(inference);
    return several ? namespace -> Schema.createArray(one.in(namespace)) : one;
  }

  private static Schema withoutSchema(Inference inference) {
    Endpoint endpoint = inference.request().target();
    if (AskedFormat.pointsElsewhere(inference)
        || AskedFormat.asksJson(inference)
        || endpoint.offersTools(inference.request().body())) {
      return Types.json();
    }
    Schema numbers = Schema.createArray(Schema.create(Schema.Type.DOUBLE));
    return switch (endpoint.answers(inference.request().body())) {
      case TEXT -> Types.string();
      case NUMBERS -> numbers;
      case LISTS_OF_NUMBERS -> Schema.createArray(numbers);
      case JSON -> Types.json();
    };
  }
}
