package io.beambatch.run;

/** A plan would cost more than {@code limits.cost_usd} allows; nothing of it was sent. */
public final class OverBudgetException extends RuntimeException {
  public OverBudgetException(String message) {
    super(message);
  }
}
