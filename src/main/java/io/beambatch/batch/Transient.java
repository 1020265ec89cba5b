package io.beambatch.batch;

import io.beambatch.provider.BatchError;

/** Tells the validation errors that pass by themselves from those that the data has. */
final class Transient {
  private Transient() {}

  static boolean isTransient(BatchError error) {
    return isTokenLimit(error) || isFileNotFound(error);
  }

  static boolean isTokenLimit(BatchError error) {
    return "token_limit_exceeded".equals(error.code()) || "too_many_tasks".equals(error.code());
  }

  private static boolean isFileNotFound(BatchError error) {
    return error.line() == null && error.message().startsWith("Cannot find file");
  }
}
