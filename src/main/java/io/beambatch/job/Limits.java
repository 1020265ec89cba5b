package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Limits on one batch, on what is in flight at once, and on cost.
 *
 * @param requests in one batch (for embeddings: inputs)
 * @param bytes of one batch's input file
 * @param enqueuedTokens prompt tokens in flight at once for the model; {@link Long#MAX_VALUE} for
 *     no limit
 * @param enqueuedRequests requests in flight at once; {@link Long#MAX_VALUE} for no limit
 * @param imageTokens what an image of a request counts as, in prompt tokens; 0 to go by the model's
 *     rule
 * @param costUsd the most that the run may cost, or null
 * @param costUsdPerDay the most that all runs of a staging location with such a limit may cost in a
 *     day (UTC), or null
 * @param onBudget what becomes of what these two don't allow
 */
public record Limits(
    int requests,
    long bytes,
    long enqueuedTokens,
    long enqueuedRequests,
    long imageTokens,
    @Nullable BigDecimal costUsd,
    @Nullable BigDecimal costUsdPerDay,
    OnBudget onBudget)
    implements Serializable {

  /** Limits of nothing but single batches and what is in flight at once. */
  public Limits(int requests, long bytes, long enqueuedTokens, long enqueuedRequests) {
    this(requests, bytes, enqueuedTokens, enqueuedRequests, 0, null, null, OnBudget.REFUSE);
  }
}
