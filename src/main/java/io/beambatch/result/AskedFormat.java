package io.beambatch.result;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.job.Inference;
import io.beambatch.job.ResultSpec;
import io.beambatch.json.JsonPaths;
import io.beambatch.json.JsonSlice;
import io.beambatch.provider.Endpoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The format that a job asks its answers in: that of {@code result.schema}, or else that of the
 * request body, which may contain placeholders and so differ between requests.
 */
final class AskedFormat {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int REMEMBERED = 100;

  /** Null if it must be read from each request. */
  private final @Nullable AnswerFormat ofAll;

  private final @Nullable Boolean unfence;
  private final Endpoint endpoint;
  private final JsonPaths inRequest;
  private final Map<String, AnswerFormat> remembered = new LinkedHashMap<>();

  /**
   * Compiles the job's schema.
   *
   * @throws IllegalArgumentException if it can't be used
   */
  AskedFormat(Inference inference) {
    ResultSpec result = inference.result();
    JsonNode inBody = inBody(inference);
    endpoint = endpoint(inference);
    unfence = result.unfence();
    if (result.schema() != null) {
      ofAll = AnswerFormat.of(result.schema(), unfence);
    } else if (inBody == null || pointsElsewhere(inference)) {
      // With a pointer, the answer need not be the value that the request's format describes.
      ofAll = AnswerFormat.any(unfence);
    } else {
      ofAll = differs(inBody) ? null : AnswerFormat.asked(endpoint.askedJson(inBody), unfence);
    }
    inRequest =
        ofAll == null
            ? JsonPaths.of(
                inference.request().frame().bodyPointer(String.valueOf(endpoint.formatPointer())))
            : JsonPaths.of();
  }

  /** Returns whether the format may differ between requests. */
  boolean differs() {
    return ofAll == null;
  }

  /**
   * The format of a request's answer. The request is read only if the format differs between
   * requests.
   */
  AnswerFormat of(RequestSource request) throws IOException {
    if (ofAll != null) {
      return ofAll;
    }
    JsonSlice format = inRequest.findIn(request.request(), "A request line")[0];
    if (format == null) {
      return AnswerFormat.any(unfence);
    }
    if (remembered.size() >= REMEMBERED) {
      remembered.clear();
    }
    String json = format.json();
    AnswerFormat asked = remembered.get(json);
    if (asked == null) {
      asked = AnswerFormat.asked(endpoint.askedJson(MAPPER.readTree(json)), unfence);
      remembered.put(json, asked);
    }
    return asked;
  }

  /**
   * The schema that all answers of a job fit; null if there is none, or if it differs between
   * requests.
   */
  static @Nullable JsonNode schema(Inference inference) {
    if (inference.result().schema() != null) {
      return inference.result().schema();
    }
    JsonNode inBody = inBody(inference);
    if (inBody == null || pointsElsewhere(inference) || differs(inBody)) {
      return null;
    }
    return endpoint(inference).askedJson(inBody).schema();
  }

  /** Returns whether the request asks for JSON of any form, or may do so. */
  static boolean asksJson(Inference inference) {
    JsonNode inBody = inBody(inference);
    return inBody != null && endpoint(inference).mayAskJson(inBody);
  }

  /** Returns whether a format contains fields of documents, as templates or as values. */
  private static boolean differs(JsonNode format) {
    String json = format.toString();
    return json.contains("{{") || json.contains("\"$field\"");
  }

  /**
   * Returns whether {@code result.pointer} takes the answer from another place than the endpoint's
   * own.
   */
  static boolean pointsElsewhere(Inference inference) {
    String pointer = inference.result().pointer();
    return pointer != null && !endpoint(inference).isOwnPlace(pointer);
  }

  private static @Nullable JsonNode inBody(Inference inference) {
    return endpoint(inference).askedFormat(inference.request().body());
  }

  private static Endpoint endpoint(Inference inference) {
    return inference.request().target();
  }

  /** Reads the request of a result. */
  interface RequestSource {
    /** The request's line. */
    JsonSlice request() throws IOException;
  }
}
