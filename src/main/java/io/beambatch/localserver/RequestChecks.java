package io.beambatch.localserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what the endpoint rejects in a well-formed line: it becomes a 400 in the error file. */
final class RequestChecks {
  private static final int MOST_EMBEDDING_INPUTS = 2_048;
  private static final int MOST_EMBEDDING_TOKENS = 300_000;

  private RequestChecks() {}

  static @Nullable ApiError of(BatchEndpoint endpoint, LineRequest request) {
    if (request.error != null) {
      return request.error;
    }
    return switch (endpoint) {
      case EMBEDDINGS -> embeddings(request);
      case CHAT -> format("response_format", "messages", request);
      case RESPONSES -> format("text.format", "input", request);
      default -> null;
    };
  }

  private static @Nullable ApiError embeddings(LineRequest request) {
    if (request.inputs.size() > MOST_EMBEDDING_INPUTS) {
      return ApiError.invalid(
          "Invalid 'input': array too long. Expected an array with maximum length %d, but got an array with length %d instead."
              .formatted(MOST_EMBEDDING_INPUTS, request.inputs.size()),
          "input",
          "array_above_max_length");
    }
    long tokens = LineRequest.tokens(request.chars);
    if (tokens > MOST_EMBEDDING_TOKENS) {
      return ApiError.invalid(
          "Requested %d tokens, max %d tokens per request".formatted(tokens, MOST_EMBEDDING_TOKENS),
          null,
          "max_tokens_per_request");
    }
    return null;
  }

  private static @Nullable ApiError format(String param, String prompt, LineRequest request) {
    return switch (request.format) {
      case TEXT -> null;
      case JSON_OBJECT ->
          Words.mentions(request.system, "json") || Words.mentions(request.user, "json")
              ? null
              : ApiError.invalid(
                  "'%s' must contain the word 'json' in some form, to use '%s' of type 'json_object'."
                      .formatted(prompt, param),
                  prompt,
                  null);
      case JSON_SCHEMA -> request.strict ? strict(param, request.requiredSchema()) : null;
    };
  }

  /** Strict schemas must close every object and require all its properties. */
  private static @Nullable ApiError strict(String param, JsonNode schema) {
    if (schema.isArray()) {
      for (JsonNode part : schema) {
        ApiError error = strict(param, part);
        if (error != null) {
          return error;
        }
      }
      return null;
    }
    if (!schema.isObject()) {
      return null;
    }
    if (schema.path("properties").isObject() || schema.path("type").asText().equals("object")) {
      JsonNode extra = schema.path("additionalProperties");
      if (!extra.isBoolean() || extra.booleanValue()) {
        return schemaError(
            param, "'additionalProperties' is required to be supplied and to be false.");
      }
      if (schema.path("required").size() != schema.path("properties").size()) {
        return schemaError(
            param,
            "'required' is required to be supplied and to be an array including every key in properties.");
      }
    }
    for (String holder : List.of("properties", "$defs", "definitions")) {
      for (JsonNode part : schema.path(holder)) {
        ApiError error = strict(param, part);
        if (error != null) {
          return error;
        }
      }
    }
    for (String part : List.of("items", "prefixItems", "anyOf", "oneOf", "allOf")) {
      ApiError error = strict(param, schema.path(part));
      if (error != null) {
        return error;
      }
    }
    return null;
  }

  private static ApiError schemaError(String param, String message) {
    return ApiError.invalid("Invalid schema for '" + param + "': " + message, param, null);
  }
}
