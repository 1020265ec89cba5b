package io.beambatch.document;

import org.jspecify.annotations.Nullable;

/**
 * Why a document has no answer: what the dead letter says about it.
 *
 * @param message what, where, what was found, what to do; no document contents, unless the provider
 *     quotes them: it is for the file of failures, next to the document, and not for logs
 * @param attempts how often the document was sent; 0 if never
 * @param batchId the last batch it was in, or null
 * @param requestId the provider's id of the failed call, or null
 * @param partial the part of an answer that was received (truncated, refused), or null
 * @param place for a record that is not a document: its file and line, with which the message
 *     begins; otherwise null
 */
public record Failure(
    FailureReason reason,
    String message,
    int attempts,
    @Nullable String batchId,
    @Nullable String requestId,
    @Nullable String partial,
    @Nullable String place) {

  /** The failure of a document that was read. */
  public Failure(
      FailureReason reason,
      String message,
      int attempts,
      @Nullable String batchId,
      @Nullable String requestId,
      @Nullable String partial) {
    this(reason, message, attempts, batchId, requestId, partial, null);
  }

  /** Omits the message and the partial answer: a provider's message may quote the document. */
  @Override
  public String toString() {
    return "Failure[" + reason + ", " + attempts + " attempts]";
  }

  /** The failure of a document that was never sent. */
  public static Failure unsent(FailureReason reason, String message) {
    return new Failure(reason, message, 0, null, null, null);
  }

  /** The failure of a record that is not a document. */
  public static Failure unread(String place, String message) {
    String text = place + ": " + message;
    return new Failure(FailureReason.INVALID_DOCUMENT, text, 0, null, null, null, place);
  }

  /** The message without the place, so that failures with the same cause have the same text. */
  public String cause() {
    return place == null ? message : message.substring(place.length() + ": ".length());
  }
}
