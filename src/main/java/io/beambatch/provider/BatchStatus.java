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

  /** Whether the batch will not change any more. */
  public boolean ended() {
    return this == FAILED || this == COMPLETED || this == EXPIRED || this == CANCELLED;
  }

  /** The provider's word, such as {@code in_progress}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
