package io.beambatch.bigquery;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import org.jspecify.annotations.Nullable;

/**
 * BigQuery refuses a call, or what it holds doesn't fit the job. Checks throw it before anything is
 * paid, load jobs when answers are delivered.
 */
public final class BigQueryException extends UserException {
  private final boolean passes;

  private BigQueryException(
      String message, @Nullable Throwable cause, int exitCode, boolean passes) {
    super(message, cause, exitCode);
    this.passes = passes;
  }

  /** A resource in BigQuery doesn't fit the job, or must not be used. */
  static BigQueryException of(String message) {
    return new BigQueryException(message, null, ExitCode.ERROR, false);
  }

  static BigQueryException of(String message, Throwable cause) {
    return new BigQueryException(message, cause, ExitCode.ERROR, false);
  }

  /** BigQuery can't do for the moment what was requested. */
  static BigQueryException passing(String message, @Nullable Throwable cause) {
    return new BigQueryException(message, cause, ExitCode.ERROR, true);
  }

  /** The job file asks for something impossible. */
  static BigQueryException ofJobFile(String message) {
    return new BigQueryException(message, null, ExitCode.USAGE, false);
  }

  /** The same error, prefixed with the place where it happened. */
  public BigQueryException at(String place) {
    return new BigQueryException(place + ": " + getMessage(), this, exitCode(), passes);
  }

  @Override
  public boolean mayPass() {
    return passes;
  }
}
