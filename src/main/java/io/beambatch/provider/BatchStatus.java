package io.beambatch.provider;

import java.util.Locale;

/** The states of a batch, as in OpenAI's API. */
public enum BatchStatus {
  VALIDATING,
  FAILED,
  IN_PROGRESS,
  FINALIZING,
  COMPLETED,
  EXPIRED,
  CANCELLING,
  CANCELLED;

  /** Returns whether the batch will not change again. */
  public boolean ended() {
    return this == FAILED || this == COMPLETED || this == EXPIRED || this == CANCELLED;
  }

  /** The status in OpenAI's API, such as {@code in_progress}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
