package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.CostEstimate.Bound;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import io.beambatch.run.Report.PromptCacheUse;
import io.beambatch.run.Report.Repaired;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The totals of a run: adds up its plans, its joined chunks and its written files, and makes the
 * report of the sums. {@link Reconciliation} checks the records that it adds.
 */
final class RunTotals {
  private final Map<String, Long> failed = new TreeMap<>();
  private final FailureCauses causes = new FailureCauses();
  private TokenCounts tokens = TokenCounts.NONE;
  private Repairs repairs = Repairs.NONE;
  private long documents;
  private long answered;
  private long reused;
  private long requests;
  private long bytes;
  private int batches;
  private int attempts;
  private long writtenAnswered;
  private long writtenFailed;

  void add(Plan plan) {
    if (plan.attempt() == 1) {
      documents += plan.documents();
    }
    plan.unsent().forEach(part -> count(part.failed()));
    plan.causes().forEach(causes::add);
  }

  void add(JoinedChunk joined, Chunk chunk) {
    if (joined.batchId() != null) {
      requests += chunk.requests();
      bytes += chunk.bytes();
      batches++;
      attempts = Math.max(attempts, chunk.attempt());
    }
    addOutcomes(joined);
  }

  /** Adds documents that got other documents' answers: nothing was sent for them. */
  void addReused(JoinedChunk joined) {
    reused += answered(joined);
    addOutcomes(joined);
  }

  private void addOutcomes(JoinedChunk joined) {
    answered += answered(joined);
    tokens = tokens.plus(joined.tokens());
    repairs = repairs.plus(joined.repairs());
    joined.causes().forEach(causes::add);
    count(joined.failures());
  }

  private void count(Map<FailureReason, Long> failures) {
    failures.forEach((reason, count) -> failed.merge(reason.code(), count, Long::sum));
  }

  void add(WrittenFile file) {
    if (file.kind() == ResultFile.Kind.ANSWERED) {
      writtenAnswered += file.documents();
    } else {
      writtenFailed += file.documents();
    }
  }

  /** The number of answered documents of a chunk. */
  static long answered(JoinedChunk joined) {
    return joined.answered() == null ? 0 : joined.answered().documents();
  }

  /** Returns whether everything that was read is joined, and everything that is joined written. */
  boolean addUp() {
    return writtenAnswered == answered
        && writtenFailed == failures()
        && writtenAnswered + writtenFailed == documents;
  }

  /** The number of documents that were read. */
  long documents() {
    return documents;
  }

  /** The number of documents that are joined as answered. */
  long answered() {
    return answered;
  }

  /** The number of documents that are joined as failed, or were never sent. */
  long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }

  long writtenAnswered() {
    return writtenAnswered;
  }

  long writtenFailed() {
    return writtenFailed;
  }

  /**
   * The report of the totals.
   *
   * @param kept what stays in the run's folder, each with the reason
   * @param problems what a later launch has to settle
   */
  Report report(Run run, Instant now, Map<String, String> kept, List<String> problems)
      throws IOException {
    Instant started = Instant.ofEpochMilli(run.record().created());
    Optional<CostEstimate> cost = cost(run, tokens);
    return new Report(
        run.job().name(),
        run.name(),
        run.job().inference().request().model(),
        documents,
        answered,
        failed,
        requests,
        batches,
        attempts,
        bytes,
        tokens.prompt(),
        tokens.completion(),
        cost.map(known -> usd(known.batchUsd())).orElse(null),
        cost.map(known -> usd(known.realTimeUsd())).orElse(null),
        started.toString(),
        now.toString(),
        Duration.between(started, now).toMillis() / 1000.0,
        tokens.cached(),
        tokens.reasoning(),
        tokens.uncounted(),
        cost.map(CostEstimate::batchBound).orElse(Bound.EXACT),
        causes.commonest(),
        kept,
        tokens.written(),
        problems,
        reused,
        repaired(run),
        promptCache(run),
        canary(run).orElse(null));
  }

  /** If the canary is the whole run, it has not been judged yet. */
  private static Optional<CanaryVerdict> canary(Run run) throws IOException {
    return run.batches().isCancelled() ? Canary.verdict(run.folder()) : run.canary().judge();
  }

  private @Nullable PromptCacheUse promptCache(Run run) {
    long cacheable = tokens.cached() + tokens.written();
    if (cacheable == 0) {
      return null;
    }
    BigDecimal saved =
        cost(run, tokens)
            .filter(cost -> cost.batchBound() == Bound.EXACT)
            .flatMap(
                cost ->
                    cost(run, tokens.withoutCache())
                        .map(without -> usd(without.batchUsd().subtract(cost.batchUsd()))))
            .orElse(null);
    return new PromptCacheUse(Math.round(1000.0 * tokens.cached() / cacheable) / 1000.0, saved);
  }

  private @Nullable Repaired repaired(Run run) {
    return run.job().inference().retry().repairs() == 0
        ? null
        : new Repaired(
            repairs.requests(),
            repairs.answered(),
            repairs.tokens().prompt(),
            repairs.tokens().completion(),
            cost(run, repairs.tokens()).map(cost -> usd(cost.batchUsd())).orElse(null));
  }

  private static Optional<CostEstimate> cost(Run run, TokenCounts tokens) {
    return PriceTable.shipped().cost(run.job().inference(), tokens);
  }

  private static BigDecimal usd(BigDecimal exact) {
    return exact.setScale(6, RoundingMode.HALF_UP);
  }
}
