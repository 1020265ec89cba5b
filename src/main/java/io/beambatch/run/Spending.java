package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.PriceTable;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.result.JoinedChunk;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run has spent, and what is reserved for its batches in flight. Joined results count by the
 * provider's token counts. The rest counts by estimate, scaled by how the joined results compare
 * with their own estimate, once there are some. The sum may be too high; it is too low only if an
 * estimate is.
 */
final class Spending {
  private static final MathContext PRECISION = new MathContext(16, RoundingMode.UP);

  /** Failure reasons of requests that were paid for. */
  private static final Set<FailureReason> PAID =
      Set.of(FailureReason.TRUNCATED, FailureReason.REFUSED, FailureReason.INVALID_ANSWER);

  private final Job job;
  private final RunSnapshot run;
  private final Predicate<Chunk> reserved;
  private final BigDecimal ratio;

  /**
   * @param reserved accepts admitted chunks, whether or not their batch was created yet
   */
  Spending(RunSnapshot run, Predicate<Chunk> reserved) {
    this.job = run.job();
    this.run = run;
    this.reserved = reserved;
    this.ratio = ratio();
  }

  /** The total; zero if the model's price is unknown. */
  BigDecimal usd() {
    return Estimate.rounded(sum(chunk -> true));
  }

  /**
   * The part of it that counts for a day: the day when a batch was created, or today if it is about
   * to be.
   */
  BigDecimal usdOn(LocalDate day, LocalDate today) {
    return Estimate.rounded(sum(chunk -> day(chunk, today).equals(day)));
  }

  /** The days for which some of it counts. */
  Set<LocalDate> days(LocalDate today) {
    return run.plans().stream()
        .flatMap(plan -> plan.chunks().stream())
        .filter(this::counts)
        .map(chunk -> day(chunk, today))
        .collect(Collectors.toSet());
  }

  /** The expected cost of a chunk. */
  BigDecimal expected(Chunk chunk) {
    return Estimate.rounded(estimate(chunk).multiply(ratio));
  }

  /** Returns whether part of it is not joined yet, and may turn out cheaper. */
  boolean mayFall() {
    return run.plans().stream()
        .flatMap(plan -> plan.chunks().stream())
        .anyMatch(chunk -> counts(chunk) && !run.joined().containsKey(chunk.id()));
  }

  private BigDecimal sum(Predicate<Chunk> which) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Plan plan : run.plans()) {
      for (Chunk chunk : plan.chunks()) {
        if (counts(chunk) && which.test(chunk)) {
          sum = sum.add(cost(chunk));
        }
      }
    }
    return sum;
  }

  private boolean counts(Chunk chunk) {
    BatchEntry entry = run.batches().get(chunk.id());
    return reserved.test(chunk)
        || run.joined().containsKey(chunk.id())
        || (entry != null && entry.state() != State.PLANNED);
  }

  private LocalDate day(Chunk chunk, LocalDate today) {
    BatchEntry entry = run.batches().get(chunk.id());
    Long created = entry == null ? null : entry.times().submitted();
    return created == null
        ? today
        : Instant.ofEpochMilli(created).atZone(ZoneOffset.UTC).toLocalDate();
  }

  private BigDecimal cost(Chunk chunk) {
    JoinedChunk joined = run.joined().get(chunk.id());
    BatchEntry entry = run.batches().get(chunk.id());
    if (joined == null) {
      boolean without = entry != null && entry.state() == State.ENDED && entry.batchId() == null;
      return without ? BigDecimal.ZERO : expected(chunk);
    }
    if (joined.batchId() == null) {
      return BigDecimal.ZERO;
    }
    BigDecimal counted = counted(joined);
    return joined.uncountedAnswers() > 0 || mayBeBilledForMore(entry)
        ? counted.max(estimate(chunk))
        : counted;
  }

  private BigDecimal estimate(Chunk chunk) {
    return Estimate.cost(job, chunk.requests(), chunk.tokens())
        .map(CostEstimate::batchUsd)
        .orElse(BigDecimal.ZERO);
  }

  private BigDecimal counted(JoinedChunk joined) {
    return PriceTable.shipped()
        .cost(job.inference(), joined.tokens())
        .map(CostEstimate::batchUsd)
        .orElse(BigDecimal.ZERO);
  }

  /** The ratio of what was paid to its estimate; one while nothing was. */
  private BigDecimal ratio() {
    BigDecimal counted = BigDecimal.ZERO;
    BigDecimal estimated = BigDecimal.ZERO;
    for (Plan plan : run.plans()) {
      for (Chunk chunk : plan.chunks()) {
        JoinedChunk joined = run.joined().get(chunk.id());
        if (joined != null && joined.batchId() != null && joined.uncountedAnswers() == 0) {
          counted = counted.add(counted(joined));
          estimated =
              estimated.add(
                  estimate(chunk)
                      .multiply(BigDecimal.valueOf(paid(joined)))
                      .divide(BigDecimal.valueOf(chunk.requests()), PRECISION));
        }
      }
    }
    return estimated.signum() == 0 || counted.signum() == 0
        ? BigDecimal.ONE
        : counted.divide(estimated, PRECISION);
  }

  /** The paid requests; for requests that are sent again, it is unknown. */
  private static long paid(JoinedChunk joined) {
    long failed = 0;
    for (Map.Entry<FailureReason, Long> failures : joined.failures().entrySet()) {
      failed += PAID.contains(failures.getKey()) ? failures.getValue() : 0;
    }
    return failed + (joined.answered() == null ? 0 : joined.answered().documents());
  }

  /** Returns whether the batch vanished or was given up: then its results don't show its cost. */
  private static boolean mayBeBilledForMore(@Nullable BatchEntry entry) {
    return entry != null && entry.end() != null && entry.end().mayBeBilledForMore();
  }
}
