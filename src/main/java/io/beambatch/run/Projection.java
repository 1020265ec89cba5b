package io.beambatch.run;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.beambatch.chunk.Part;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.CostSpread;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureReason;
import io.beambatch.job.Inference;
import io.beambatch.result.JoinedChunk;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The expected outcome and cost of a whole run, projected from its canary: the mean of the sample's
 * requests, multiplied by the number of all requests. The interval of the cost is the normal
 * approximation with 95 % confidence, narrower the larger the sample's share of the run.
 *
 * @param sample the number of requests in the canary
 * @param settled those of them that were answered or failed; the others must be sent again, and
 *     show nothing yet
 * @param failed those of them that failed, by reason. An answer that is to be repaired counts as
 *     failed
 * @param requests of the whole run, with the repairs to expect
 * @param promptTokens of the whole run, as are the next four; null if the sample's are not known
 * @param costUsd at batch prices; null if it is unknown
 * @param costUsdLow the lower end of the interval, or null
 * @param costUsdHigh the upper end of the interval, or null
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Projection(
    long sample,
    long settled,
    Map<String, Long> failed,
    long requests,
    @Nullable Long promptTokens,
    @Nullable Long cachedTokens,
    @Nullable Long reasoningTokens,
    @Nullable Long completionTokens,
    @Nullable BigDecimal costUsd,
    @Nullable BigDecimal costUsdLow,
    @Nullable BigDecimal costUsdHigh) {

  /** 95 % of a normal distribution lie within this number of standard errors. */
  private static final double WITHIN_95_PERCENT = 1.96;

  /**
   * Projects the costs of a canary to the whole run.
   *
   * @param canary its joined chunks
   * @param requests that are to be sent, those of the canary among them
   */
  static Projection of(Inference inference, List<JoinedChunk> canary, long requests) {
    long sample = 0;
    long again = 0;
    long repairs = 0;
    TokenCounts tokens = TokenCounts.NONE;
    CostSpread spread = CostSpread.NONE;
    Map<String, Long> failed = new TreeMap<>();
    for (JoinedChunk chunk : canary) {
      sample += chunk.requests();
      again += chunk.again() == null ? 0 : chunk.again().requests();
      repairs += chunk.repairs().again().stream().mapToLong(Part::requests).sum();
      tokens = tokens.plus(chunk.tokens());
      spread = spread.plus(chunk.spread() == null ? CostSpread.NONE : chunk.spread());
      chunk.failures().forEach((reason, count) -> failed.merge(reason.code(), count, Long::sum));
    }
    if (repairs > 0) {
      failed.merge(FailureReason.INVALID_ANSWER.code(), repairs, Long::sum);
    }
    long settled = sample - again;
    long counted = settled - tokens.uncounted();
    long expected = settled == 0 ? requests : requests + scaled(requests, repairs, settled);
    Optional<BigDecimal> cost =
        counted <= 0
            ? Optional.empty()
            : PriceTable.shipped()
                .cost(inference, tokens)
                .map(CostEstimate::batchUsd)
                .map(usd -> times(usd, expected, counted));
    // What is already bought is certain.
    double error =
        WITHIN_95_PERCENT
            * spread.relativeError()
            * Math.sqrt(Math.max(0, 1 - (double) sample / requests));
    return new Projection(
        sample,
        settled,
        failed,
        expected,
        counted <= 0 ? null : scaled(tokens.prompt(), expected, counted),
        counted <= 0 ? null : scaled(tokens.cached(), expected, counted),
        counted <= 0 ? null : scaled(tokens.reasoning(), expected, counted),
        counted <= 0 ? null : scaled(tokens.completion(), expected, counted),
        cost.map(Estimate::rounded).orElse(null),
        end(cost, 1 - error),
        end(cost, 1 + error));
  }

  private static @Nullable BigDecimal end(Optional<BigDecimal> cost, double factor) {
    return cost.isEmpty() || Double.isNaN(factor)
        ? null
        : Estimate.rounded(cost.get().multiply(BigDecimal.valueOf(Math.max(0, factor))));
  }

  private static long scaled(long number, long times, long by) {
    return times(BigDecimal.valueOf(number), times, by)
        .setScale(0, RoundingMode.HALF_UP)
        .longValue();
  }

  private static BigDecimal times(BigDecimal number, long times, long by) {
    return number
        .multiply(BigDecimal.valueOf(times))
        .divide(BigDecimal.valueOf(by), MathContext.DECIMAL64);
  }

  /** The number of failed requests of the sample, for all reasons. */
  long failures() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }
}
