package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;

/** Anthropic's batches: one file of results, with a type in each line. */
final class AnthropicFormat implements BatchFormat {
  private static final BatchTraits TRAITS =
      new BatchTraits(
          "anthropic",
          "msgbatch_",
          "anthropic",
          100_000,
          256L << 20,
          Duration.ofDays(29),
          false,
          false,
          new LineRequestReader.Names("custom_id", "params"),
          true);

  @Override
  public BatchTraits traits() {
    return TRAITS;
  }

  @Override
  public String resultFileId(String digits) {
    return "results_" + digits;
  }

  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    return LineChecks.NONE;
  }

  @Override
  public void startAnswer(String customId, String id, JsonGenerator out) throws IOException {
    startResult(customId, "succeeded", out);
    out.writeFieldName("message");
  }

  @Override
  public void endAnswer(JsonGenerator out) throws IOException {
    out.writeEndObject();
    out.writeEndObject();
  }

  @Override
  public void emptyAnswer(String customId, String id, JsonGenerator out) throws IOException {
    startResult(customId, "succeeded", out);
    endAnswer(out);
  }

  @Override
  public void refused(String customId, String id, ApiError error, JsonGenerator out)
      throws IOException {
    startResult(customId, "errored", out);
    out.writeFieldName("error");
    error(error, "req_" + id, out);
    endAnswer(out);
  }

  @Override
  public boolean unanswered(String customId, String id, Unanswered why, JsonGenerator out)
      throws IOException {
    switch (why) {
      case EXPIRED -> startResult(customId, "expired", out);
      case CANCELLED -> startResult(customId, "canceled", out);
      case TIMEOUT -> {
        refused(customId, id, ApiError.of(504, "The request timed out.", null), out);
        return true;
      }
    }
    endAnswer(out);
    return true;
  }

  private static void startResult(String customId, String type, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("custom_id", customId);
    out.writeObjectFieldStart("result");
    out.writeStringField("type", type);
  }

  @Override
  public void error(ApiError error, String requestId, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("type", "error");
    out.writeObjectFieldStart("error");
    out.writeStringField("type", type(error.status()));
    out.writeStringField("message", error.message());
    out.writeEndObject();
    out.writeStringField("request_id", requestId);
    out.writeEndObject();
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      case 529 -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  @Override
  public ApiError outOfFunds() {
    return ApiError.invalid(
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing"
            + " to upgrade or purchase credits.",
        null,
        null);
  }

  @Override
  public ApiError rateLimit(String seconds) {
    return ApiError.rateLimit(
        "This request would exceed your organization's rate limit. Please try again in "
            + seconds
            + " seconds.");
  }

  @Override
  public ApiError overloaded() {
    return ApiError.of(529, "Overloaded", null);
  }
}
