package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.PriceTable;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.result.JoinedChunk;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run has spent, and what it may still spend on what was let pass: by the tokens that the
 * provider counted where results are joined, else by estimate. It may be too high, and is never too
 * low, as far as estimates aren't.
 *
 * @param usd zero where the model's price is unknown
 */
record Spending(BigDecimal usd) {

  /**
   * Adds it up.
   *
   * @param reserved plans that were let pass, whether or not anything of them is in the ledger yet
   */
  static Spending of(Job job, RunFolder folder, Set<String> reserved) throws IOException {
    RunSnapshot run = RunSnapshot.read(job, folder);
    BigDecimal sum = BigDecimal.ZERO;
    for (Plan plan : run.plans()) {
      boolean passed =
          reserved.contains(plan.name())
              || plan.chunks().stream().anyMatch(chunk -> run.batches().containsKey(chunk.id()));
      if (passed) {
        for (Chunk chunk : plan.chunks()) {
          sum =
              sum.add(
                  cost(job, chunk, run.batches().get(chunk.id()), run.joined().get(chunk.id())));
        }
      }
    }
    return new Spending(Estimate.rounded(sum));
  }

  private static BigDecimal cost(
      Job job, Chunk chunk, @Nullable BatchEntry entry, @Nullable JoinedChunk joined) {
    BigDecimal estimate =
        Estimate.cost(job, chunk.requests(), chunk.tokens())
            .map(CostEstimate::batchUsd)
            .orElse(BigDecimal.ZERO);
    if (joined == null) {
      return estimate;
    }
    if (joined.batchId() == null) {
      return BigDecimal.ZERO;
    }
    BigDecimal counted =
        PriceTable.shipped()
            .cost(job.inference().request().model(), job.inference().prices(), joined.tokens())
            .map(CostEstimate::batchUsd)
            .orElse(BigDecimal.ZERO);
    return joined.uncountedAnswers() > 0 || isGone(entry) ? counted.max(estimate) : counted;
  }

  /** Whether the batch vanished: the provider may have answered, and billed, any of it. */
  private static boolean isGone(@Nullable BatchEntry entry) {
    return entry != null
        && entry.end() != null
        && entry.end().errors().stream()
            .anyMatch(
                error ->
                    BatchEnd.VANISHED.equals(error.code())
                        || BatchEnd.UNKNOWN.equals(error.code()));
  }
}
