package io.beambatch.cost;

import com.fasterxml.jackson.annotation.JsonValue;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.PriceSpec.Rates;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The exact cost of tokens (not rounded to cents). {@link PriceTable#cost} calculates it.
 *
 * @param batchUsd in a batch, in USD
 * @param realTimeUsd in real time, in USD
 * @param batchBound whether {@code batchUsd} is exact, or a bound
 * @param realTimeBound whether {@code realTimeUsd} is exact, or a bound
 */
public record CostEstimate(
    BigDecimal batchUsd, BigDecimal realTimeUsd, Bound batchBound, Bound realTimeBound) {
  private static final int MILLION = 6;

  /**
   * The cost of tokens at a price.
   *
   * @throws IllegalArgumentException if a number of tokens is negative
   */
  public static CostEstimate of(PriceSpec price, TokenCounts tokens) {
    if (tokens.prompt() < 0 || tokens.completion() < 0) {
      throw new IllegalArgumentException("negative tokens: " + tokens);
    }
    return new CostEstimate(
        cost(tokens, price.batch()),
        cost(tokens, price.realTime()),
        Bound.of(tokens, price.batch()),
        Bound.of(tokens, price.realTime()));
  }

  /** What the batch saves, in USD; negative if it costs more. */
  public BigDecimal savingUsd() {
    return realTimeUsd.subtract(batchUsd);
  }

  private static BigDecimal cost(TokenCounts tokens, Rates rates) {
    long cached = Math.min(tokens.cached(), tokens.prompt());
    long written = Math.min(tokens.written(), tokens.prompt() - cached);
    long forAnHour = Math.min(tokens.writtenForAnHour(), written);
    return cost(tokens.prompt() - cached - written, rates.input(), rates)
        .add(cost(cached, rates.cachedInput(), rates))
        .add(cost(written - forAnHour, rates.cacheWrite(), rates))
        .add(cost(forAnHour, rates.cacheWriteForAnHour(), rates))
        .add(cost(tokens.completion(), rates.output(), rates))
        .movePointLeft(MILLION);
  }

  /**
   * Prompt tokens with an unknown rate cost as much as others; {@link Bound} says what that means.
   */
  private static BigDecimal cost(long tokens, @Nullable BigDecimal rate, Rates rates) {
    return BigDecimal.valueOf(tokens).multiply(rate == null ? rates.input() : rate);
  }

  /** How the true cost relates to the known one. */
  public enum Bound {
    EXACT(""),
    /** Cached tokens are counted at the full price, because theirs is unknown. */
    AT_MOST("at most "),
    /** Some answers had no token counts, or the price of cache writes is unknown. */
    AT_LEAST("at least "),
    /** Both apply. */
    ABOUT("about ");

    private final String words;

    Bound(String words) {
      this.words = words;
    }

    static Bound of(TokenCounts tokens, Rates rates) {
      long minutes = tokens.written() - tokens.writtenForAnHour();
      boolean atMost = tokens.cached() > 0 && rates.cachedInput() == null;
      boolean atLeast =
          tokens.uncounted() > 0
              || (minutes > 0 && rates.cacheWrite() == null)
              || (tokens.writtenForAnHour() > 0 && rates.cacheWriteForAnHour() == null);
      return atMost ? (atLeast ? ABOUT : AT_MOST) : atLeast ? AT_LEAST : EXACT;
    }

    /** The name in reports, such as {@code at_most}. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** A cost in words, from the amount that {@link Money} shows. */
    public String of(String amount) {
      if (!amount.startsWith("under")) {
        return words + amount;
      }
      return this == EXACT || this == AT_MOST ? amount : amount + " for what was counted";
    }
  }
}
