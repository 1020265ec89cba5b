package io.beambatch.bigquery;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import org.jspecify.annotations.Nullable;

/** BigQuery refuses a call, or holds something else than the job expects. */
public final class BigQueryException extends UserException {
  private BigQueryException(String message, @Nullable Throwable cause, int exitCode) {
    super(message, cause, exitCode);
  }

  /** Something in BigQuery doesn't fit the job, or may not be used. */
  static BigQueryException of(String message) {
    return new BigQueryException(message, null, ExitCode.ERROR);
  }

  static BigQueryException of(String message, Throwable cause) {
    return new BigQueryException(message, cause, ExitCode.ERROR);
  }

  /** The job file asks for something that is impossible. */
  static BigQueryException ofJobFile(String message) {
    return new BigQueryException(message, null, ExitCode.USAGE);
  }

  /** The same problem, with the place where it happened in front. */
  public BigQueryException at(String place) {
    return new BigQueryException(place + ": " + getMessage(), this, exitCode());
  }
}
