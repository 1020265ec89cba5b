package io.beambatch.batch;

/** How long the await step stays with its batches. */
public enum AwaitMode {
  /** Until every batch has ended. */
  UNTIL_ENDED,

  /** Submits what may be submitted, hands out what has ended, and leaves the rest under way. */
  ONCE,

  /** Submits what may be submitted, and hands out nothing. */
  SUBMIT,

  /**
   * Cancels every batch, and stays until it has ended. A chunk that has none is handed out as if it
   * had been cancelled; nothing is sent any more.
   */
  CANCEL;

  /** Whether something may be left that another launch goes on with. */
  public boolean leavesRest() {
    return this == ONCE || this == SUBMIT;
  }
}
