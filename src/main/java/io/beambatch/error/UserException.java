package io.beambatch.error;

import org.jspecify.annotations.Nullable;

/**
 * An error that is written for the person who runs the job: what went wrong, where, what was found,
 * and what to do. The command line prints its message, without a trace, and ends with its exit
 * code; any room may throw it, from the launch or from a step of the graph.
 */
public class UserException extends RuntimeException {
  private final int exitCode;

  /**
   * An error without a cause that could say more.
   *
   * @param exitCode one of {@link ExitCode}
   */
  public UserException(String message, int exitCode) {
    this(message, null, exitCode);
  }

  /**
   * An error with its cause, which a log may show.
   *
   * @param exitCode one of {@link ExitCode}
   */
  public UserException(String message, @Nullable Throwable cause, int exitCode) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** How the command ends: one of {@link ExitCode}. */
  public final int exitCode() {
    return exitCode;
  }

  /** Whether it may be over by itself, such as an outage; else only a person can cure it. */
  public boolean mayPass() {
    return false;
  }
}
