package io.beambatch.document;

import org.jspecify.annotations.Nullable;

/**
 * What is said about a document that got no answer.
 *
 * @param message what, where, what was found, what to do; no document contents, unless the provider
 *     quotes them: it is for the file of failures, where the document is, and not for logs
 * @param attempts how often the document was sent; 0 if never
 * @param batchId of the last batch it was in, or null
 * @param requestId the provider's name for the failed call, or null
 * @param partial the part of an answer that came all the same (truncated, refused), or null
 * @param place of a record that is no document: its file and line, with which the message begins;
 *     else null
 */
public record Failure(
    FailureReason reason,
    String message,
    int attempts,
    @Nullable String batchId,
    @Nullable String requestId,
    @Nullable String partial,
    @Nullable String place) {

  /** A failure of a document that was read. */
  public Failure(
      FailureReason reason,
      String message,
      int attempts,
      @Nullable String batchId,
      @Nullable String requestId,
      @Nullable String partial) {
    this(reason, message, attempts, batchId, requestId, partial, null);
  }

  /** Without the message and the answer's part: a provider's words may quote the document. */
  @Override
  public String toString() {
    return "Failure[" + reason + ", " + attempts + " attempts]";
  }

  /** A failure of a document that was never sent. */
  public static Failure unsent(FailureReason reason, String message) {
    return new Failure(reason, message, 0, null, null, null);
  }

  /** A failure of a record that is no document. */
  public static Failure unread(String place, String message) {
    String text = place + ": " + message;
    return new Failure(FailureReason.INVALID_DOCUMENT, text, 0, null, null, null, place);
  }

  /** The message without the place, so that failures for the same cause say the same. */
  public String cause() {
    return place == null ? message : message.substring(place.length() + ": ".length());
  }
}
