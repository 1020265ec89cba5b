package io.beambatch.cost;

import com.fasterxml.jackson.annotation.JsonValue;
import io.beambatch.job.PriceSpec;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What some tokens cost, exactly (not rounded to cents).
 *
 * @param batchUsd in a batch, in USD
 * @param realTimeUsd in real time, in USD
 * @param batchBound how the true cost in a batch stands to the one known
 * @param realTimeBound likewise in real time
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
        cost(tokens, price.batchInput(), price.batchCachedInput(), price.batchOutput()),
        cost(tokens, price.input(), price.cachedInput(), price.output()),
        Bound.of(tokens, price.batchCachedInput()),
        Bound.of(tokens, price.cachedInput()));
  }

  /** What the batch saves, in USD; negative if it costs more. */
  public BigDecimal savingUsd() {
    return realTimeUsd.subtract(batchUsd);
  }

  private static BigDecimal cost(
      TokenCounts tokens, BigDecimal input, @Nullable BigDecimal cachedInput, BigDecimal output) {
    long cached = cachedInput == null ? 0 : Math.min(tokens.cached(), tokens.prompt());
    BigDecimal prompts = input.multiply(BigDecimal.valueOf(tokens.prompt() - cached));
    BigDecimal answers = output.multiply(BigDecimal.valueOf(tokens.completion()));
    BigDecimal fromCache =
        cachedInput == null ? BigDecimal.ZERO : cachedInput.multiply(BigDecimal.valueOf(cached));
    return prompts.add(fromCache).add(answers).movePointLeft(MILLION);
  }

  /** How a true cost stands to what is known of it. */
  public enum Bound {
    EXACT(""),
    /** Cached tokens are counted at the full price: what they cost is unknown. */
    AT_MOST("at most "),
    /** Some answers came without their tokens. */
    AT_LEAST("at least "),
    /** Both. */
    ABOUT("about ");

    private final String words;

    Bound(String words) {
      this.words = words;
    }

    static Bound of(TokenCounts tokens, @Nullable BigDecimal cachedInput) {
      boolean atMost = tokens.cached() > 0 && cachedInput == null;
      boolean atLeast = tokens.uncounted() > 0;
      return atMost ? (atLeast ? ABOUT : AT_MOST) : atLeast ? AT_LEAST : EXACT;
    }

    /** The name in reports, such as {@code at_most}. */
    @JsonValue
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** What stands before an amount, with a space; empty if it is exact. */
    public String words() {
      return words;
    }
  }
}
