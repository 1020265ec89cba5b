package io.beambatch.error;

import org.jspecify.annotations.Nullable;

/**
 * An error that is written for the person who runs the job: what went wrong, where, what was found,
 * and what to do. The command line prints its message, without a trace, and ends with its exit
 * code; any package may throw it, from the launch or from a step of the graph.
 */
public class UserException extends RuntimeException {
  private final int exitCode;

  /**
   * An error without an informative cause.
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

  /** The exit code of the command: one of {@link ExitCode}. */
  public final int exitCode() {
    return exitCode;
  }

  /** Returns whether it may end by itself, like an outage; otherwise only a person can solve it. */
  public boolean mayPass() {
    return false;
  }
}
