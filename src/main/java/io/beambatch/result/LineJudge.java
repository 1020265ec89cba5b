package io.beambatch.result;

import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.json.JsonSlice;
import io.beambatch.result.AnswerFormat.Shaped;
import io.beambatch.result.AskedFormat.RequestSource;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges result lines, each by itself. */
final class LineJudge {
  /** Codes of a response that failed through no fault of the request. */
  private static final Set<String> PASSING = Set.of("server_error", "rate_limit_exceeded");

  private final AskedFormat format;
  private final String place;
  private final @Nullable AnswerColumn column;

  /**
   * A judge.
   *
   * @throws IllegalArgumentException if the job's schema can't be used
   */
  LineJudge(Job job) {
    format = new AskedFormat(job.inference());
    column = AnswerColumn.of(job);
    String pointer = job.inference().result().pointer();
    place =
        pointer == null
            ? "where " + job.inference().request().endpoint() + " puts it"
            : "at result.pointer " + pointer;
  }

  /** Judges a line of a request that was sent in a batch. */
  Judgement judge(ResultLine line, Sending sending, RequestSource request) throws IOException {
    if (!line.succeeded()) {
      return withoutAnswer(line, sending);
    }
    Answer answer = line.answer();
    return switch (answer.ending()) {
      case ERROR -> gaveUp(line, sending);
      case REFUSED ->
          sending.failed(
              FailureReason.REFUSED,
              "the model refused to answer, or its content filter stopped it (finish reason "
                  + finishReason(answer)
                  + ")",
              line,
              answer.refusal() == null ? answer.value() : answer.refusal());
      case TRUNCATED ->
          sending.failed(
              FailureReason.TRUNCATED,
              "the answer was cut at "
                  + (line.completionTokens() < 0 ? "its limit of" : line.completionTokens())
                  + " tokens (finish reason "
                  + finishReason(answer)
                  + "); raise the token limit in request.body",
              line,
              answer.value());
      case COMPLETE -> complete(line, sending, request);
    };
  }

  private Judgement complete(ResultLine line, Sending sending, RequestSource request)
      throws IOException {
    JsonSlice value = line.answer().value();
    if (value == null) {
      return sending.failed(
          FailureReason.INVALID_ANSWER, "the response has no answer " + place, line, null);
    }
    AnswerFormat asked;
    try {
      asked = format.of(request);
    } catch (IllegalArgumentException unusable) {
      // Only where the schema differs from request to request; else it is found before sending.
      return sending.failed(
          FailureReason.INVALID_ANSWER, "the request's JSON schema can't be used", line, value);
    }
    Shaped shaped = asked.shape(value);
    String problem = shaped.problem();
    if (problem == null && column != null) {
      problem = column.problem(shaped.value());
    }
    return problem == null
        ? new Judgement.Answered(shaped.value())
        : sending.failed(FailureReason.INVALID_ANSWER, problem, line, value);
  }

  private static Judgement gaveUp(ResultLine line, Sending sending) throws IOException {
    String message = "the provider gave up on the response" + told(line);
    return line.errorCode() == null || PASSING.contains(line.errorCode())
        ? sending.retryable(FailureReason.API_ERROR, message, line)
        : sending.failed(FailureReason.REJECTED, message, line, line.answer().value());
  }

  private static Judgement withoutAnswer(ResultLine line, Sending sending) throws IOException {
    int status = line.status();
    if (status >= 400 && status < 500 && status != 408 && status != 429) {
      return sending.failed(
          FailureReason.REJECTED,
          "the provider refused the request with HTTP status " + status + told(line),
          line,
          null);
    }
    String code = line.errorCode() == null || status != 0 ? "" : line.errorCode();
    return switch (code) {
      case "batch_expired" ->
          sending.retryable(
              FailureReason.EXPIRED, "its batch expired before it was answered" + told(line), line);
      case "batch_cancelled" ->
          sending.retryable(
              FailureReason.CANCELLED,
              "its batch was cancelled before it was answered" + told(line),
              line);
      default ->
          sending.retryable(
              FailureReason.API_ERROR,
              "the provider could not answer: HTTP status " + status + told(line),
              line);
    };
  }

  private static String finishReason(Answer answer) throws IOException {
    return answer.finishReason() == null ? "not given" : answer.finishReason().text();
  }

  private static String told(ResultLine line) {
    String code = line.errorCode() == null ? "" : ", code " + line.errorCode();
    String message = line.errorMessage() == null ? "" : ": " + line.errorMessage();
    return code + message;
  }

  /**
   * One sending of a request.
   *
   * @param attempt how often it was sent, this time included
   * @param batchId null if the run was cancelled before it was sent this time
   * @param customId its name in the batch
   */
  record Sending(int attempt, @Nullable String batchId, String customId) {

    Judgement failed(
        FailureReason reason, String message, ResultLine line, @Nullable JsonSlice partial)
        throws IOException {
      return new Judgement.Failed(
          failure(reason, message, line.requestId(), partial == null ? null : partial.text()));
    }

    Judgement retryable(FailureReason reason, String message, ResultLine line) {
      return new Judgement.Retryable(failure(reason, message, line.requestId(), null));
    }

    /** A failure of this sending; the message gets the request's name. */
    Failure failure(
        FailureReason reason,
        String message,
        @Nullable String requestId,
        @Nullable String partial) {
      return new Failure(
          reason, "Request " + customId + ": " + message, attempt, batchId, requestId, partial);
    }
  }
}
