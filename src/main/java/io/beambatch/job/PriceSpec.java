package io.beambatch.job;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** A model's prices, in USD per million tokens, in real time and in a batch. */
public record PriceSpec(Rates realTime, Rates batch) implements Serializable {

  /** Prices; null batch prices mean half of the real-time ones. */
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
   * The price of each kind of token, in USD per million.
   *
   * @param input prompt tokens that are neither read from nor written to a cache
   * @param output completion tokens
   * @param cachedInput prompt tokens read from the provider's cache, or null if unknown
   * @param cacheWrite prompt tokens written to the cache for some minutes, or null
   * @param cacheWriteForAnHour prompt tokens written to the cache for an hour, or null
   */
  public record Rates(
      BigDecimal input,
      BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      @Nullable BigDecimal cacheWriteForAnHour)
      implements Serializable {

    /** Rates without cache prices. */
    public static Rates of(BigDecimal input, BigDecimal output) {
      return new Rates(input, output, null, null, null);
    }

    /** A copy with cache prices; null for unknown ones. */
    public Rates withCache(
        @Nullable BigDecimal read,
        @Nullable BigDecimal write,
        @Nullable BigDecimal writeForAnHour) {
      return new Rates(input, output, read, write, writeForAnHour);
    }
  }
}
