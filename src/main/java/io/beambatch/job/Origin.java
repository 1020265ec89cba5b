package io.beambatch.job;

import org.jspecify.annotations.Nullable;

/**
 * Where a value was written.
 *
 * @param file the job file, or an override as it was given
 * @param line counted from 1; null for an override
 * @param column counted from 1; null for an override
 */
record Origin(String file, @Nullable Integer line, @Nullable Integer column) {

  static Origin nowhere(String file) {
    return new Origin(file, null, null);
  }

  static Origin start(String file) {
    return new Origin(file, 1, null);
  }

  JobProblem problem(String fieldPath, String message) {
    return new JobProblem(file, line, column, fieldPath, message);
  }
}
