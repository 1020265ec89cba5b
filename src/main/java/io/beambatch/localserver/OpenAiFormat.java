package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;

/** OpenAI's batches: an output file, and an error file. */
class OpenAiFormat implements BatchFormat {
  static final LineRequestReader.Names LINES = new LineRequestReader.Names("custom_id", "body");
  private static final BatchTraits TRAITS =
      new BatchTraits(
          "openai",
          "batch_",
          "batch",
          50_000,
          209_715_200,
          Duration.ofSeconds(Expiry.USUAL_SECONDS),
          true,
          true,
          LINES,
          true);

  @Override
  public BatchTraits traits() {
    return TRAITS;
  }

  @Override
  public String resultFileId(String digits) {
    return "file-" + digits.substring(0, 22);
  }

  @Override
  public LineChecks checks(BatchEndpoint endpoint, LocalServerSettings settings) {
    return new OpenAiLineChecks(endpoint, settings);
  }

  @Override
  public void startAnswer(String customId, String id, JsonGenerator out) throws IOException {
    startLine(customId, id, 200, out);
  }

  @Override
  public void endAnswer(JsonGenerator out) throws IOException {
    out.writeEndObject();
    out.writeNullField("error");
    out.writeEndObject();
  }

  @Override
  public void emptyAnswer(String customId, String id, JsonGenerator out) throws IOException {
    startLine(customId, id, 0, out);
    out.writeString("");
    endAnswer(out);
  }

  @Override
  public void refused(String customId, String id, ApiError error, JsonGenerator out)
      throws IOException {
    startLine(customId, id, error.status(), out);
    error.writeTo(out);
    endAnswer(out);
  }

  @Override
  public boolean unanswered(String customId, String id, Unanswered why, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("id", "batch_req_" + id);
    out.writeStringField("custom_id", customId);
    out.writeNullField("response");
    out.writeObjectFieldStart("error");
    out.writeStringField("code", why.code());
    out.writeStringField("message", why.message());
    out.writeEndObject();
    out.writeEndObject();
    return true;
  }

  private static void startLine(String customId, String id, int status, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("id", "batch_req_" + id);
    out.writeStringField("custom_id", customId);
    out.writeObjectFieldStart("response");
    out.writeNumberField("status_code", status);
    out.writeStringField("request_id", id);
    out.writeFieldName("body");
  }

  @Override
  public void error(ApiError error, String requestId, JsonGenerator out) throws IOException {
    error.writeTo(out);
  }

  @Override
  public ApiError outOfFunds() {
    return new ApiError(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        null,
        "insufficient_quota");
  }

  @Override
  public ApiError rateLimit(String seconds) {
    return ApiError.rateLimit(
        "Rate limit reached for requests in organization %s. Please try again in %ss."
            .formatted(ErrorMessages.ORGANIZATION, seconds));
  }

  @Override
  public ApiError overloaded() {
    return ApiError.serverError(503);
  }
}
