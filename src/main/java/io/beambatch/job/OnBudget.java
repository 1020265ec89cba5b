package io.beambatch.job;

/** What becomes of what the limits on cost don't allow. It is {@code limits.on_budget}. */
public enum OnBudget {
  /**
   * Nothing of a plan is sent if all of it may cost too much; further attempts stop as with {@link
   * #STOP}.
   */
  REFUSE,
  /** Batches are sent as long as the money lasts; the others wait for a higher limit. */
  STOP,
  /** Batches are sent as long as the money lasts; the documents of the others fail. */
  FAIL
}
