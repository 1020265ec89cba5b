package io.beambatch.bigquery;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** BigQuery says no, or has something else than the job expects. */
public final class BigQueryException extends IOException {
  private final boolean jobFileWrong;

  private BigQueryException(String message, @Nullable Throwable cause, boolean jobFileWrong) {
    super(message, cause);
    this.jobFileWrong = jobFileWrong;
  }

  /** What is there doesn't fit the job, or may not be used. */
  static BigQueryException of(String message) {
    return new BigQueryException(message, null, false);
  }

  static BigQueryException of(String message, Throwable cause) {
    return new BigQueryException(message, cause, false);
  }

  /** The job file asks for something that can't be. */
  static BigQueryException ofJobFile(String message) {
    return new BigQueryException(message, null, true);
  }

  /** The same, with where it happened before it. */
  public BigQueryException at(String place) {
    return new BigQueryException(place + ": " + getMessage(), this, jobFileWrong);
  }

  /** Whether changing the job file is the way out. */
  public boolean isJobFileWrong() {
    return jobFileWrong;
  }
}
