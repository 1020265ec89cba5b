package io.beambatch.error;

/** The exit codes of commands, on which schedulers and scripts rely. */
public final class ExitCode {
  /** Done, everything accounted for. */
  public static final int DONE = 0;

  /** An error stopped it; the state is kept, and the same command resumes it. */
  public static final int ERROR = 1;

  /** Wrong usage or job file. */
  public static final int USAGE = 2;

  /** Done, but more documents failed than allowed. */
  public static final int TOO_MANY_FAILED = 3;

  /** A limit on cost is reached: what it does not allow was not sent. */
  public static final int OVER_BUDGET = 4;

  /** Batches are still pending: repeat the command later. */
  public static final int PENDING = 75;

  private ExitCode() {}
}
