package io.beambatch.batch;

import java.time.Duration;
import java.time.Instant;

/** How long a launch stays with its batches. */
public enum WaitPolicy {
  /** Until every batch has ended. */
  UNTIL_ENDED,

  /**
   * For one look: what may be submitted is submitted, what has ended is taken, and a later launch
   * goes on with the rest.
   */
  ONE_LOOK;

  /** Whether the launch leaves batches that have not ended to a later one. */
  public boolean leavesRest() {
    return this == ONE_LOOK;
  }

  /**
   * When a wait begins that another launch may have begun before. Each look is a new process, so
   * that it goes by the ledger. A launch that stays begins anew: otherwise running the same command
   * again, as the user is told to do, would not help.
   */
  Instant beginningOfWait(Instant byTheLedger, Instant launched) {
    return leavesRest() || byTheLedger.isAfter(launched) ? byTheLedger : launched;
  }

  /** The longest outage of the provider that the launch waits for. */
  Duration longestOutage(Duration longest) {
    return leavesRest() ? Duration.ZERO : longest;
  }
}
