package io.beambatch.cli;

/** How a command ends. */
final class ExitCode {
  /** Done, everything accounted for. */
  static final int DONE = 0;

  /** An error stopped it; state is kept, the same command goes on. */
  static final int ERROR = 1;

  /** Wrong usage or job file. */
  static final int USAGE = 2;

  /** Done, but more documents failed than allowed. */
  static final int TOO_MANY_FAILED = 3;

  /** Over budget, nothing sent. */
  static final int OVER_BUDGET = 4;

  /** Batches are still pending: the same command, later, goes on. */
  static final int PENDING = 75;

  private ExitCode() {}
}
