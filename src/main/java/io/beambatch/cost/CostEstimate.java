package io.beambatch.cost;

import io.beambatch.job.PriceSpec;
import java.math.BigDecimal;

/**
 * What some tokens cost, exactly (not rounded to cents).
 *
 * @param batchUsd in a batch, in USD
 * @param realTimeUsd in real time, in USD
 */
public record CostEstimate(BigDecimal batchUsd, BigDecimal realTimeUsd) {
  private static final int MILLION = 6;

  /**
   * The cost of tokens at a price.
   *
   * @throws IllegalArgumentException if a number of tokens is negative
   */
  public static CostEstimate of(PriceSpec price, long promptTokens, long completionTokens) {
    if (promptTokens < 0 || completionTokens < 0) {
      throw new IllegalArgumentException(
          "negative tokens: prompt " + promptTokens + ", completion " + completionTokens);
    }
    return new CostEstimate(
        cost(price.batchInput(), promptTokens, price.batchOutput(), completionTokens),
        cost(price.input(), promptTokens, price.output(), completionTokens));
  }

  /** What the batch saves, in USD; negative if it costs more. */
  public BigDecimal savingUsd() {
    return realTimeUsd.subtract(batchUsd);
  }

  private static BigDecimal cost(
      BigDecimal input, long promptTokens, BigDecimal output, long completionTokens) {
    return input
        .multiply(BigDecimal.valueOf(promptTokens))
        .add(output.multiply(BigDecimal.valueOf(completionTokens)))
        .movePointLeft(MILLION);
  }
}
