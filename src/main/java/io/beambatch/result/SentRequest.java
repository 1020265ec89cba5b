package io.beambatch.result;

import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import io.beambatch.provider.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was sent in one attempt. Failures refer to it.
 *
 * @param attempt how often it was sent, this time included
 * @param batchId null if the run was cancelled before it was sent this time
 * @param customId its id in the batch
 */
record SentRequest(int attempt, @Nullable String batchId, String customId) {

  Outcome.Failed failed(
      FailureReason reason, Problem problem, @Nullable String requestId, @Nullable String partial) {
    return new Outcome.Failed(failure(reason, problem, requestId, partial), problem.cause());
  }

  Outcome retryable(FailureReason reason, Problem problem, @Nullable String requestId) {
    return new Outcome.Retryable(failure(reason, problem, requestId, null), problem.cause());
  }

  private Failure failure(
      FailureReason reason, Problem problem, @Nullable String requestId, @Nullable String partial) {
    return new Failure(
        reason,
        "Request " + customId + ": " + problem.message(),
        attempt,
        batchId,
        requestId == null ? null : SafeText.line(requestId),
        partial);
  }
}
