package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request to create a batch.
 *
 * @param metadata an object of strings, or null
 * @param outputSeconds the lifetime of result files, or null for the default
 * @param model of all requests, or null if each names its own
 * @param requests their number, or 0 if it must still be counted
 * @param format of the API that received it
 */
record BatchOrder(
    String inputFileId,
    BatchEndpoint endpoint,
    JsonNode metadata,
    @Nullable Long outputSeconds,
    @Nullable String model,
    int requests,
    BatchFormat format) {
  private static final int MOST_PAIRS = 16;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 512;
  private static final Set<String> KNOWN =
      Set.of("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after");

  /** Reads the body of OpenAI's clients, and refuses it with the API's errors. */
  static BatchOrder of(ObjectNode body) throws ApiException {
    Iterator<String> names = body.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!KNOWN.contains(name)) {
        throw new ApiException(
            ApiError.invalid("Unknown parameter: '" + name + "'.", name, "unknown_parameter"));
      }
    }
    String inputFileId = string(body, "input_file_id");
    String path = string(body, "endpoint");
    BatchEndpoint endpoint = BatchEndpoint.of(path);
    if (endpoint == null || endpoint.format() != BatchFormat.OPENAI) {
      throw new ApiException(ApiError.invalidValue("endpoint", path, BatchEndpoint.list()));
    }
    String window = string(body, "completion_window");
    if (!window.equals("24h")) {
      throw new ApiException(ApiError.invalidValue("completion_window", window, "'24h'"));
    }
    return new BatchOrder(
        inputFileId,
        endpoint,
        metadata(body.path("metadata")),
        Expiry.of(body),
        null,
        0,
        BatchFormat.OPENAI);
  }

  static JsonNode metadata(JsonNode metadata) throws ApiException {
    if (metadata.isMissingNode() || metadata.isNull()) {
      return ServerJson.MAPPER.nullNode();
    }
    if (!metadata.isObject()) {
      throw new ApiException(ApiError.invalidType("metadata", "an object", kind(metadata)));
    }
    if (metadata.size() > MOST_PAIRS) {
      throw new ApiException(
          ApiError.invalid(
              "Invalid 'metadata': too many properties. Expected an object with at most %d properties, but got an object with %d properties instead."
                  .formatted(MOST_PAIRS, metadata.size()),
              "metadata",
              "object_above_max_properties"));
    }
    Iterator<Map.Entry<String, JsonNode>> pairs = metadata.fields();
    while (pairs.hasNext()) {
      Map.Entry<String, JsonNode> pair = pairs.next();
      String param = "metadata." + pair.getKey();
      if (!pair.getValue().isTextual()) {
        throw new ApiException(ApiError.invalidType(param, "a string", kind(pair.getValue())));
      }
      length("metadata", pair.getKey(), LONGEST_KEY);
      length(param, pair.getValue().textValue(), LONGEST_VALUE);
    }
    return metadata;
  }

  private static void length(String param, String text, int most) throws ApiException {
    if (text.length() > most) {
      throw new ApiException(
          ApiError.invalid(
              "Invalid '%s': string too long. Expected a string with maximum length %d, but got a string with length %d instead."
                  .formatted(param, most, text.length()),
              param,
              "string_above_max_length"));
    }
  }

  static String string(ObjectNode body, String param) throws ApiException {
    JsonNode value = body.path(param);
    if (value.isMissingNode() || value.isNull()) {
      throw new ApiException(ApiError.missing(param));
    }
    if (!value.isTextual()) {
      throw new ApiException(ApiError.invalidType(param, "a string", kind(value)));
    }
    return value.textValue();
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case BOOLEAN -> "a boolean";
      case NUMBER -> value.isIntegralNumber() ? "an integer" : "a decimal";
      default -> "null";
    };
  }
}
