package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** A model's prices, in USD per million tokens, in real time and in a batch. */
public record PriceSpec(Rates realTime, Rates batch) implements Serializable {

  /** Prices; those for batches may be null, which means half of the others. */
  public static PriceSpec of(
      BigDecimal input,
      BigDecimal output,
      @Nullable BigDecimal batchInput,
      @Nullable BigDecimal batchOutput) {
    return new PriceSpec(
        Rates.of(input, output),
        Rates.of(
            batchInput == null ? half(input) : batchInput,
            batchOutput == null ? half(output) : batchOutput));
  }

  private static BigDecimal half(BigDecimal price) {
    return price.divide(BigDecimal.valueOf(2), price.scale() + 1, RoundingMode.UNNECESSARY);
  }

  /**
   * What each kind of token costs, in USD per million.
   *
   * @param input prompt tokens that have nothing to do with a cache
   * @param output completion tokens
   * @param cachedInput prompt tokens from the provider's cache, or null if unknown
   * @param cacheWrite prompt tokens that are written to the cache for some minutes, or null
   * @param cacheWriteForAnHour those that are written for an hour, or null
   */
  public record Rates(
      BigDecimal input,
      BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWriteForAnHour)
      implements Serializable {

    /** Rates of which nothing is known about a cache. */
    public static Rates of(BigDecimal input, BigDecimal output) {
      return new Rates(input, output, null, null, null);
    }

    /** The same, with what a cache costs; null for what is unknown. */
    public Rates withCache(
        @Nullable BigDecimal read,
        @Nullable BigDecimal write,
        @Nullable BigDecimal writeForAnHour) {
      return new Rates(input, output, read, write, writeForAnHour);
    }
  }
}
