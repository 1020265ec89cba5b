package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * An error in the API's form: {@code {"error":{message,type,param,code}}}.
 *
 * @param status the HTTP status
 */
record ApiError(
    int status, String message, String type, @Nullable String param, @Nullable String code) {
  private static final String INVALID = "invalid_request_error";

  static ApiError invalid(String message, @Nullable String param, @Nullable String code) {
    return new ApiError(400, message, INVALID, param, code);
  }

  static ApiError missing(String param) {
    return invalid(
        "Missing required parameter: '" + param + "'.", param, "missing_required_parameter");
  }

  static ApiError invalidType(String param, String expected, String found) {
    return invalid(
        "Invalid type for '%s': expected %s, but got %s instead.".formatted(param, expected, found),
        param,
        "invalid_type");
  }

  static ApiError invalidValue(String param, String found, String supported) {
    return invalid(
        "Invalid value: '%s'. Supported values are: %s.".formatted(found, supported),
        param,
        "invalid_value");
  }

  /** An error about a number outside its bounds; integers and decimals have separate codes. */
  static ApiError outOfRange(String param, Number found, Number least, Number most) {
    String kind = found instanceof BigDecimal ? "decimal" : "integer";
    boolean below = found.doubleValue() < least.doubleValue();
    return invalid(
        "Invalid '%s': %s %s value. Expected a value %s %s, but got %s instead."
            .formatted(
                param,
                kind,
                below ? "below minimum" : "above maximum",
                below ? ">=" : "<=",
                below ? least : most,
                found),
        param,
        kind + (below ? "_below_min_value" : "_above_max_value"));
  }

  static ApiError notFound(String message, @Nullable String param) {
    return new ApiError(404, message, INVALID, param, null);
  }

  static ApiError of(int status, String message, @Nullable String code) {
    return new ApiError(status, message, INVALID, null, code);
  }

  static ApiError serverError(int status) {
    String message =
        status == 503
            ? "The engine is currently overloaded, please try again later."
            : "The server had an error while processing your request. Sorry about that!";
    return new ApiError(status, message, "server_error", null, null);
  }

  static ApiError rateLimit(String message) {
    return new ApiError(429, message, "requests", null, "rate_limit_exceeded");
  }

  void writeTo(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeObjectFieldStart("error");
    out.writeStringField("message", message);
    out.writeStringField("type", type);
    out.writeStringField("param", param);
    out.writeStringField("code", code);
    out.writeEndObject();
    out.writeEndObject();
  }
}
