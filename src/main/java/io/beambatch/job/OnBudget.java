package io.beambatch.job;

/** What happens to what the limits on cost don't allow: {@code limits.on_budget}. */
public enum OnBudget {
  /**
   * Nothing of a plan is sent if it may cost too much as a whole; later attempts stop as with
   * {@link #STOP}.
   */
  REFUSE,
  /** Batches are sent while the budget lasts; the others wait for a higher limit. */
  STOP,
  /** Batches are sent while the budget lasts; the documents of the others fail. */
  FAIL
}
