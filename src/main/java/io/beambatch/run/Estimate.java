package io.beambatch.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.batch.Quota;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.PriceTable;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.RequestSpec;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a plan will send, and what that will cost. The {@code plan} command shows it, and {@link
 * Budget} relies on it.
 *
 * @param failed documents that can't be sent, by reason
 * @param causes the commonest cause of each reason
 * @param waves how many times batches have to end before {@code limits} admit the next ones
 * @param bytes of all input files
 * @param promptTokens estimated
 * @param maxCompletionTokens the maximum for all answers, or null if the requests set no limit
 * @param costUsd at batch prices, with the maximum of completion tokens, or without them if they
 *     have no limit; null if the model's price is unknown
 * @param costCachedUsd the same with the requests' common prefix in the provider's cache, see
 *     {@link PlannedTokens#prefixCached}; null if nothing warms a cache, or its price is unknown
 * @param costRealtimeUsd the same as {@code costUsd} at real-time prices, or null
 * @param pricesAsOf the date of the price table
 * @param reused documents that get an answer for which another request pays
 * @param known those of them whose answer earlier runs have bought
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Estimate(
    String job,
    String model,
    long documents,
    Map<String, Long> failed,
    Map<String, FailureCause> causes,
    long requests,
    int batches,
    int waves,
    long bytes,
    long promptTokens,
    @Nullable Long maxCompletionTokens,
    @Nullable BigDecimal costUsd,
    @Nullable BigDecimal costCachedUsd,
    @Nullable BigDecimal costRealtimeUsd,
    @Nullable BigDecimal savingUsd,
    String pricesAsOf,
    long reused,
    long known) {

  /** The estimate of a plan. */
  public static Estimate of(Job job, Plan plan) {
    Optional<PriceSpec> price = price(job);
    PlannedTokens tokens = PlannedTokens.of(job, plan.requests(), plan.tokens());
    Optional<CostEstimate> cost = price.map(known -> CostEstimate.of(known, tokens.most()));
    Map<String, Long> failed = new TreeMap<>();
    FailureCauses causes = new FailureCauses();
    plan.causes().forEach(cause -> causes.add(cause.withoutLine()));
    for (Part part : plan.unsent()) {
      for (Map.Entry<FailureReason, Long> count : part.failed().entrySet()) {
        failed.merge(count.getKey().code(), count.getValue(), Long::sum);
      }
    }
    return new Estimate(
        job.name(),
        job.inference().request().model(),
        plan.documents(),
        failed,
        causes.commonest(),
        plan.requests(),
        plan.chunks().size(),
        Quota.rounds(plan.chunks(), job.inference().limits()),
        plan.bytes(),
        plan.tokens(),
        PlannedTokens.maxCompletions(job.inference().request(), plan.requests()),
        cost.map(c -> rounded(c.batchUsd())).orElse(null),
        price.flatMap(tokens::prefixCachedUsd).map(Estimate::rounded).orElse(null),
        cost.map(c -> rounded(c.realTimeUsd())).orElse(null),
        cost.map(c -> rounded(c.realTimeUsd()).subtract(rounded(c.batchUsd()))).orElse(null),
        PriceTable.shipped().asOf().toString(),
        plan.reusedLines(),
        plan.known().stream().mapToLong(ReusedLines::count).sum());
  }

  /**
   * What requests may cost, with the maximum of completion tokens, or without them if they have no
   * limit; empty if the model's price is unknown.
   *
   * @param tokens of the prompts, estimated
   */
  static Optional<CostEstimate> cost(Job job, long requests, long tokens) {
    return price(job)
        .map(price -> CostEstimate.of(price, PlannedTokens.of(job, requests, tokens).most()));
  }

  private static Optional<PriceSpec> price(Job job) {
    RequestSpec request = job.inference().request();
    return PriceTable.shipped()
        .price(request.provider().word(), request.model(), job.inference().prices());
  }

  /** The tokens from which its costs follow. */
  public PlannedTokens tokens(Job planned) {
    return PlannedTokens.of(planned, requests, promptTokens);
  }

  /** The number of documents that can't be sent, for all reasons. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Rounds up: a run must not cost more than announced. */
  public static BigDecimal rounded(BigDecimal usd) {
    return usd.setScale(6, RoundingMode.UP);
  }
}
