package io.beambatch.batch;

/** How long the await step stays with its batches. */
public enum AwaitMode {
  /** Until every batch has ended. */
  UNTIL_ENDED,

  /** Submits what may be submitted, hands out what has ended, and leaves the rest under way. */
  ONCE,

  /** Submits what may be submitted, and hands out nothing. */
  SUBMIT
}
