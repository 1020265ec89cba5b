package io.beambatch.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.batch.Quota;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureCause;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Endpoint;
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
 * @param costRealtimeUsd the same at real-time prices, or null
 * @param pricesAsOf the date of the price table
 * @param reused documents that get another document's answer
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
    @Nullable BigDecimal costRealtimeUsd,
    @Nullable BigDecimal savingUsd,
    String pricesAsOf,
    long reused) {

  /** The estimate of a plan. */
  public static Estimate of(Job job, Plan plan) {
    Long completions = maxCompletionTokens(job, plan.requests());
    Optional<CostEstimate> cost = cost(job, plan.requests(), plan.tokens());
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
        completions,
        cost.map(c -> rounded(c.batchUsd())).orElse(null),
        cost.map(c -> rounded(c.realTimeUsd())).orElse(null),
        cost.map(c -> rounded(c.realTimeUsd()).subtract(rounded(c.batchUsd()))).orElse(null),
        PriceTable.shipped().asOf().toString(),
        plan.reusedLines());
  }

  /**
   * What requests may cost, with the maximum of completion tokens, or without them if they have no
   * limit; empty if the model's price is unknown.
   *
   * @param tokens of the prompts, estimated
   */
  static Optional<CostEstimate> cost(Job job, long requests, long tokens) {
    Long completions = maxCompletionTokens(job, requests);
    return PriceTable.shipped()
        .cost(
            job.inference(),
            tokens(job.inference().request(), tokens, completions == null ? 0 : completions));
  }

  /** The number of documents that can't be sent, for all reasons. */
  public long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Cache writes cost more than other prompt tokens, and may include the whole prompt. */
  private static TokenCounts tokens(RequestSpec request, long prompts, long completions) {
    TokenCounts tokens = TokenCounts.of(prompts, completions);
    return request.target().writesCache(request.body()) ? tokens.allWritten() : tokens;
  }

  static BigDecimal rounded(BigDecimal usd) {
    // Rounded up: a run must not cost more than announced.
    return usd.setScale(6, RoundingMode.UP);
  }

  private static @Nullable Long maxCompletionTokens(Job job, long requests) {
    Endpoint endpoint = job.inference().request().target();
    if (!endpoint.writesText()) {
      return 0L;
    }
    JsonNode body = job.inference().request().body();
    return endpoint.tokenLimits().stream()
        .map(body::at)
        .filter(JsonNode::canConvertToLong)
        .findFirst()
        .map(most -> Math.multiplyExact(most.longValue(), requests))
        .map(most -> Math.multiplyExact(most, endpoint.answersAsked(body)))
        .orElse(null);
  }
}
