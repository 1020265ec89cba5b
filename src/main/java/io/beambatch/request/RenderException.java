package io.beambatch.request;

import io.beambatch.document.Failure;
import io.beambatch.document.FailureReason;
import java.util.Objects;

/** A document has no request that can be sent; the message names fields, never their contents. */
public final class RenderException extends Exception {
  private final FailureReason reason;

  RenderException(String message) {
    this(FailureReason.INVALID_DOCUMENT, message);
  }

  RenderException(FailureReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** What becomes of the document. */
  public Failure failure() {
    return Failure.unsent(reason, Objects.requireNonNull(getMessage()));
  }
}
