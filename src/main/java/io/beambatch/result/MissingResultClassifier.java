package io.beambatch.result;

import io.beambatch.batch.AwaitedChunk;
import io.beambatch.document.FailureReason;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides the outcome of documents whose batch has no result line for them, or none that can be
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
   * Decides the outcome of a request.
   *
   * @param request its number in the batch, from 0
   */
  Outcome classify(int request, SentRequest sent) {
    return switch (status) {
      case EXPIRED ->
          sent.retryable(
              FailureReason.EXPIRED, Problem.of("its batch expired before it was answered"), null);
      case CANCELLED ->
          first != null && BatchEnd.OVER_BUDGET.equals(first.code())
              ? sent.failed(
                  FailureReason.OVER_BUDGET,
                  new Problem("a limit on cost was reached before it was sent", first.message()),
                  null,
                  null)
              : sent.retryable(
                  FailureReason.CANCELLED,
                  Problem.of(
                      sent.batchId() == null
                          ? "the run was cancelled before it was sent"
                              + (sent.attempt() > 0 ? " again" : "")
                          : "its batch was cancelled before it was answered"),
                  null);
      case FAILED -> invalidBatch(errorsByLine.get(request + 1), sent);
      case COMPLETED, VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING ->
          first != null && BatchEnd.isVanished(first)
              ? lostBatch(first, sent)
              : sent.retryable(
                  FailureReason.MISSING,
                  Problem.of(
                      "neither result file has a readable line for it, although its batch is "
                          + status.code()),
                  null);
    };
  }

  private static Outcome lostBatch(BatchError why, SentRequest sent) {
    Problem problem =
        new Problem(
            "the provider does not know its batch any more",
            "the provider does not know its batch any more ("
                + why.message()
                + "); if it went on, its answers are lost");
    return BatchEnd.UNKNOWN.equals(why.code())
        ? sent.failed(FailureReason.MISSING, problem, null, null)
        : sent.retryable(FailureReason.MISSING, problem, null);
  }

  private Outcome invalidBatch(@Nullable BatchError own, SentRequest sent) {
    if (own != null) {
      String line = "the provider refused line " + own.line() + " of the batch's input";
      return sent.failed(
          FailureReason.REJECTED,
          new Problem("the provider refused a line of the batch's input", line)
              .with(codes(own), own.message()),
          null,
          null);
    }
    return sent.retryable(FailureReason.API_ERROR, otherLine(), null);
  }

  /** An error about another document's line may quote that document, so it is not repeated here. */
  private Problem otherLine() {
    String failed = "its batch failed validation";
    if (first == null) {
      return Problem.of(failed + ", and the provider does not say why");
    }
    return first.line() == null
        ? Problem.of(failed).with(codes(first), first.message())
        : Problem.of(failed, " because of line " + first.line()).with(codes(first), null);
  }

  private static @Nullable String codes(BatchError error) {
    return error.code() == null || error.param() == null
        ? error.code()
        : error.code() + ", param " + error.param();
  }
}
