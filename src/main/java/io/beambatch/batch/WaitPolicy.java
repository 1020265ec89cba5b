package io.beambatch.batch;

import java.time.Instant;

/**
 * How long a launch stays with its batches. {@link CoordinatorSettings} carry it from the command
 * to the coordinator.
 */
public enum WaitPolicy {
  /** Stays until every batch has ended. */
  UNTIL_ENDED,

  /**
   * Polls once: submits what may be submitted, takes what has ended, and leaves the rest to a later
   * launch.
   */
  ONE_POLL;

  /** Returns whether the launch leaves batches that have not ended to a later one. */
  public boolean leavesRest() {
    return this == ONE_POLL;
  }

  /**
   * When a wait begins that another launch may have begun earlier. Launches that poll once are a
   * new process each time, so the ledger's time counts. A launch that stays restarts the wait:
   * otherwise running the same command again, as messages tell users to do, would not help.
   */
  Instant waitStart(Instant byTheLedger, Instant launched) {
    return leavesRest() || byTheLedger.isAfter(launched) ? byTheLedger : launched;
  }
}
