package io.beambatch.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Formats amounts in USD for people: with two significant digits, and never as zero; with all
 * digits where an amount is compared with another.
 */
public final class Money {
  private static final int SIGNIFICANT = 2;
  private static final BigDecimal LEAST = new BigDecimal("0.0001");
  private static final int CENTS = 2;

  private Money() {}

  /** An amount such as {@code $0.0023}, {@code $12.40} or {@code under $0.0001}. */
  public static String show(BigDecimal usd) {
    return show(usd, decimals(usd));
  }

  /** An amount that is compared with a limit: with all its digits, and cents at least. */
  public static String exact(BigDecimal usd) {
    BigDecimal plain = usd.stripTrailingZeros();
    return "$" + plain.setScale(Math.max(CENTS, plain.scale())).toPlainString();
  }

  /** An expected amount, such as {@code about $12.40} or {@code under $0.0001}. */
  public static String about(BigDecimal usd) {
    String amount = show(usd);
    return amount.startsWith("under") ? amount : "about " + amount;
  }

  /** An interval, such as {@code $12.40 to $13.10}. */
  public static String range(BigDecimal low, BigDecimal high) {
    String from = show(low);
    String to = show(high);
    return from.startsWith("under") && from.equals(to) ? to : from + " to " + to;
  }

  /**
   * Formats both amounts and their difference so that they add up as shown: all have as many
   * decimals as the smaller amount needs.
   */
  public static Comparison compare(BigDecimal batchUsd, BigDecimal realTimeUsd) {
    int decimals = Math.max(decimals(batchUsd), decimals(realTimeUsd));
    BigDecimal saving =
        realTimeUsd.abs().compareTo(LEAST) < 0
            ? realTimeUsd.subtract(batchUsd)
            : rounded(realTimeUsd, decimals).subtract(rounded(batchUsd, decimals));
    return new Comparison(
        show(batchUsd, decimals), show(realTimeUsd, decimals), show(saving, decimals));
  }

  private static String show(BigDecimal usd, int decimals) {
    if (usd.signum() != 0 && usd.abs().compareTo(LEAST) < 0) {
      return "under $" + LEAST.toPlainString();
    }
    String sign = usd.signum() < 0 ? "-" : "";
    return sign + "$" + rounded(usd.abs(), decimals).toPlainString();
  }

  private static BigDecimal rounded(BigDecimal usd, int decimals) {
    return usd.setScale(decimals, RoundingMode.HALF_UP);
  }

  /** The number of decimals for two significant digits; at least cents. */
  private static int decimals(BigDecimal usd) {
    if (usd.signum() == 0 || usd.abs().compareTo(LEAST) < 0) {
      return CENTS;
    }
    int leadingZeros = usd.scale() - usd.precision();
    return Math.max(CENTS, leadingZeros + SIGNIFICANT);
  }

  /** The cost of the same requests in a batch and in real time, formatted. */
  public record Comparison(String batch, String realTime, String saving) {}
}
