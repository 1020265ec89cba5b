package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Limits on one batch, on what is in flight at once, and on cost: the section {@code limits} of the
 * job file.
 *
 * @param requests in one batch (for embeddings: inputs)
 * @param bytes of one batch's input file
 * @param enqueuedTokens prompt tokens in flight at once for the model; {@link Long#MAX_VALUE} for
 *     no limit
 * @param enqueuedRequests requests in flight at once; {@link Long#MAX_VALUE} for no limit
 * @param imageTokens the prompt tokens of each image; 0 to use the model's rule
 * @param costUsd the maximum cost of the run, or null
 * @param costUsdPerDay the maximum cost of all runs of a staging location with such a limit in a
 *     day (UTC), or null
 * @param onBudget what happens to what these two don't allow
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

  /** Limits without a limit on cost. */
  public Limits(int requests, long bytes, long enqueuedTokens, long enqueuedRequests) {
    this(requests, bytes, enqueuedTokens, enqueuedRequests, 0, null, null, OnBudget.REFUSE);
  }
}
