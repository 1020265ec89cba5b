package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;

/** Gemini's batches: one file of results, with a key in each line. */
final class GeminiFormat implements BatchFormat {
  private static final BatchTraits TRAITS =
      new BatchTraits(
          "gemini",
          "b",
          "gemini",
          1_000_000, // no limit is published
          2L << 30,
          Duration.ofDays(2),
          false,
          true,
          new LineRequestReader.Names("key", "request"),
          false);

  @Override
  public BatchTraits traits() {
    return TRAITS;
  }

  @Override
  public String resultFileId(String digits) {
    return "batch-" + digits;
  }

  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    return LineChecks.NONE;
  }

  @Override
  public void startAnswer(String customId, String id, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("key", customId);
    out.writeFieldName("response");
  }

  @Override
  public void endAnswer(JsonGenerator out) throws IOException {
    out.writeEndObject();
  }

  @Override
  public void emptyAnswer(String customId, String id, JsonGenerator out) throws IOException {
    startAnswer(customId, id, out);
    out.writeStartObject();
    out.writeEndObject();
    endAnswer(out);
  }

  @Override
  public void refused(String customId, String id, ApiError error, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("key", customId);
    out.writeObjectFieldStart("error");
    out.writeNumberField("code", rpcCode(error.status()));
    out.writeStringField("message", error.message());
    out.writeEndObject();
    out.writeEndObject();
  }

  /** A batch that ends early has no lines for requests that it didn't process. */
  @Override
  public boolean unanswered(String customId, String id, Unanswered why, JsonGenerator out)
      throws IOException {
    if (why != Unanswered.TIMEOUT) {
      return false;
    }
    refused(customId, id, ApiError.of(504, "Deadline expired before the answer.", null), out);
    return true;
  }

  @Override
  public void error(ApiError error, String requestId, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeObjectFieldStart("error");
    out.writeNumberField("code", error.status());
    out.writeStringField("message", error.message());
    out.writeStringField("status", word(error.status()));
    out.writeEndObject();
    out.writeEndObject();
  }

  /** The google.rpc codes in result lines and in failed batches. */
  static int rpcCode(int status) {
    return switch (status) {
      case 400 -> 3;
      case 403 -> 7;
      case 404 -> 5;
      case 429 -> 8;
      case 503 -> 14;
      case 504 -> 4;
      default -> status < 500 ? 9 : 13;
    };
  }

  private static String word(int status) {
    return switch (status) {
      case 400 -> "INVALID_ARGUMENT";
      case 401 -> "UNAUTHENTICATED";
      case 403 -> "PERMISSION_DENIED";
      case 404 -> "NOT_FOUND";
      case 429 -> "RESOURCE_EXHAUSTED";
      case 503 -> "UNAVAILABLE";
      case 504 -> "DEADLINE_EXCEEDED";
      default -> status < 500 ? "FAILED_PRECONDITION" : "INTERNAL";
    };
  }

  @Override
  public ApiError outOfFunds() {
    return ApiError.of(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota");
  }

  @Override
  public ApiError rateLimit(String seconds) {
    return ApiError.rateLimit("Resource has been exhausted. Please retry in " + seconds + "s.");
  }

  @Override
  public ApiError overloaded() {
    return ApiError.of(503, "The model is overloaded. Please try again later.", null);
  }
}
