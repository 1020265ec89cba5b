package io.beambatch.localserver;

import java.util.Locale;

/** The states of a batch. */
enum Status {
  VALIDATING,
  FAILED,
  IN_PROGRESS,
  FINALIZING,
  COMPLETED,
  EXPIRED,
  CANCELLING,
  CANCELLED;

  boolean ended() {
    return this == FAILED || this == COMPLETED || this == EXPIRED || this == CANCELLED;
  }

  boolean cancellable() {
    return this == VALIDATING || this == IN_PROGRESS;
  }

  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The field of the batch object with the time at which the state began. */
  String timeField() {
    return this == VALIDATING ? "created_at" : code() + "_at";
  }

  static Status of(String code) {
    return valueOf(code.toUpperCase(Locale.ROOT));
  }
}
