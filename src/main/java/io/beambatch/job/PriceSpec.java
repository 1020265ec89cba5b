package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * A model's prices, in USD per million tokens.
 *
 * @param input prompt tokens, in real time
 * @param output completion tokens, in real time
 * @param batchInput prompt tokens, in a batch
 * @param batchOutput completion tokens, in a batch
 * @param cachedInput prompt tokens from the provider's cache, in real time, or null if unknown
 * @param batchCachedInput the same in a batch, or null if unknown
 */
public record PriceSpec(
    BigDecimal input,
    BigDecimal output,
    BigDecimal batchInput,
    BigDecimal batchOutput,
    @Nullable BigDecimal cachedInput,
    @Nullable BigDecimal batchCachedInput)
    implements Serializable {

  /** Prices; those for batches may be null, which means half of the others. */
  public static PriceSpec of(
      BigDecimal input,
      BigDecimal output,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchOutput) {
    return new PriceSpec(
        input,
        output,
        batchInput == null ? half(input) : batchInput,
        batchOutput == null ? half(output) : batchOutput,
        null,
        null);
  }

  /** The same prices, with those of tokens from the cache. */
  public PriceSpec withCached(
      @Nullable BigDecimal cachedInput, @Nullable BigDecimal batchCachedInput) {
    return new PriceSpec(input, output, batchInput, batchOutput, cachedInput, batchCachedInput);
  }

  private static BigDecimal half(BigDecimal price) {
    return price.divide(BigDecimal.valueOf(2), price.scale() + 1, RoundingMode.UNNECESSARY);
  }
}
