package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.job.Inference;
import io.beambatch.provider.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Warns, before anything is paid, where answers may differ from what the author of a job expects.
 */
public final class AnswerWarnings {
  private AnswerWarnings() {}

  /** The warnings about a job, as sentences; empty if there are none. */
  public static List<String> of(Inference inference) {
    List<String> warnings = new ArrayList<>();
    Endpoint endpoint = inference.request().target();
    JsonNode body = inference.request().body();
    if (!AskedFormat.pointsElsewhere(inference)) {
      if (endpoint.asksForSeveral(body)) {
        warnings.add(
            "request.body.n asks for several answers: result."
                + inference.result().field()
                + " will be a list of them; set result.pointer to take one");
      }
      if (endpoint.offersTools(body)) {
        warnings.add(
            "request.body offers tools: where the model calls one in place of writing a text, the"
                + " arguments of the call are the answer; set result.pointer to take something else");
      }
      if (asksNoJson(inference, endpoint)) {
        warnings.add(
            "result.schema asks for JSON, but request.body doesn't tell the model's server so:"
                + " answers that are no JSON will fail (invalid_answer). Add "
                + Objects.requireNonNull(endpoint.formatPointer()).substring(1).replace('/', '.')
                + " to request.body, or ask for JSON in the prompt");
      }
    }
    return warnings;
  }

  private static boolean asksNoJson(Inference inference, Endpoint endpoint) {
    JsonNode schema = inference.result().schema();
    return schema != null
        && endpoint.formatPointer() != null
        && !endpoint.offersTools(inference.request().body())
        && !AskedFormat.asksJson(inference)
        && !SchemaCheck.admitsPlainText(schema);
  }
}
