package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.document.FailureReason;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.result.LineJudge.Sending;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the requests of a batch that have no result line, or none that can be read, by how the
 * batch ended.
 */
final class AbsenceJudge {
  private final BatchStatus status;
  private final Map<Integer, BatchError> errorsByLine = new HashMap<>();
  private final @Nullable BatchError first;

  AbsenceJudge(AwaitedChunk awaited) {
    status = awaited.status();
    first = awaited.errors().isEmpty() ? null : awaited.errors().get(0);
    for (BatchError error : awaited.errors()) {
      if (error.line() != null) {
        errorsByLine.putIfAbsent(error.line(), error);
      }
    }
  }

  /**
   * Judges a request.
   *
   * @param request its number in the batch, from 0
   */
  Judgement judge(int request, Sending sending) {
    return switch (status) {
      case EXPIRED ->
          retryable(sending, FailureReason.EXPIRED, "its batch expired before it was answered");
      case CANCELLED ->
          retryable(
              sending,
              FailureReason.CANCELLED,
              sending.batchId() == null
                  ? "the run was cancelled before it was sent"
                      + (sending.attempt() > 0 ? " again" : "")
                  : "its batch was cancelled before it was answered");
      case FAILED -> invalidBatch(errorsByLine.get(request + 1), sending);
      case COMPLETED, VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING ->
          retryable(
              sending,
              FailureReason.MISSING,
              "neither result file has a legible line for it, although its batch is "
                  + status.code());
    };
  }

  private Judgement invalidBatch(@Nullable BatchError own, Sending sending) {
    if (own != null) {
      return new Judgement.Failed(
          sending.failure(
              FailureReason.REJECTED,
              "the provider refused line " + own.line() + " of the batch's input" + told(own),
              null,
              null));
    }
    return retryable(
        sending,
        FailureReason.API_ERROR,
        first == null
            ? "its batch failed validation, and the provider does not say why"
            : "its batch failed validation" + place(first));
  }

  private static Judgement retryable(Sending sending, FailureReason reason, String message) {
    return new Judgement.Retryable(sending.failure(reason, message, null, null));
  }

  /** What is said about another document's line may quote that document: it stays there. */
  private static String place(BatchError error) {
    return error.line() == null ? told(error) : " because of line " + error.line() + facts(error);
  }

  private static String told(BatchError error) {
    return facts(error) + ": " + error.message();
  }

  private static String facts(BatchError error) {
    String code = error.code() == null ? "" : ", code " + error.code();
    String param = error.param() == null ? "" : ", param " + error.param();
    return code + param;
  }
}
