package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.document.FailureReason;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of the documents of a batch that have no result line, or none that can be
 * read, by how the batch ended.
 */
final class MissingResultClassifier {
  private final BatchStatus status;
  private final Map<Integer, BatchError> errorsByLine = new HashMap<>();
  private final @Nullable BatchError first;

  MissingResultClassifier(AwaitedChunk awaited) {
    status = awaited.status();
    first = awaited.errors().isEmpty() ? null : awaited.errors().get(0);
    for (BatchError error : awaited.errors()) {
      if (error.line() != null) {
        errorsByLine.putIfAbsent(error.line(), error);
      }
    }
  }

  /**
   * Decides about a request.
   *
   * @param request its number in the batch, from 0
   */
  Outcome classify(int request, SentRequest sent) {
    return switch (status) {
      case EXPIRED ->
          retryable(sent, FailureReason.EXPIRED, "its batch expired before it was answered");
      case CANCELLED ->
          retryable(
              sent,
              FailureReason.CANCELLED,
              sent.batchId() == null
                  ? "the run was cancelled before it was sent"
                      + (sent.attempt() > 0 ? " again" : "")
                  : "its batch was cancelled before it was answered");
      case FAILED -> invalidBatch(errorsByLine.get(request + 1), sent);
      case COMPLETED, VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING ->
          first != null && isLost(first)
              ? lostBatch(first, sent)
              : retryable(
                  sent,
                  FailureReason.MISSING,
                  "neither result file has a legible line for it, although its batch is "
                      + status.code());
    };
  }

  private static boolean isLost(BatchError error) {
    return error != null
        && (BatchEnd.VANISHED.equals(error.code()) || BatchEnd.UNKNOWN.equals(error.code()));
  }

  private static Outcome lostBatch(BatchError why, SentRequest sent) {
    String message =
        "the provider does not know its batch any more ("
            + why.message()
            + "); if it went on, its"
            + " answers are lost";
    return BatchEnd.UNKNOWN.equals(why.code())
        ? sent.failed(FailureReason.MISSING, message, null, null)
        : retryable(sent, FailureReason.MISSING, message);
  }

  private Outcome invalidBatch(@Nullable BatchError own, SentRequest sent) {
    if (own != null) {
      return sent.failed(
          FailureReason.REJECTED,
          "the provider refused line " + own.line() + " of the batch's input" + told(own),
          null,
          null);
    }
    return retryable(
        sent,
        FailureReason.API_ERROR,
        first == null
            ? "its batch failed validation, and the provider does not say why"
            : "its batch failed validation" + place(first));
  }

  private static Outcome retryable(SentRequest sent, FailureReason reason, String message) {
    return sent.retryable(reason, message, null);
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
