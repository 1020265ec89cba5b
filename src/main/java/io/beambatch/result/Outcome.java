package io.beambatch.result;

import io.beambatch.document.Failure;
import io.beambatch.json.JsonSlice;

/** What becomes of a document. */
sealed interface Outcome {

  /** It has its answer, as JSON on one line. */
  record Answered(JsonSlice answer) implements Outcome {}

  /**
   * Sending it again would change nothing.
   *
   * @param cause the failure in our words, without contents
   */
  record Failed(Failure failure, String cause) implements Outcome {}

  /**
   * It may be sent again.
   *
   * @param failure what it fails with if it has been sent often enough
   * @param cause the failure in our words, without contents
   */
  record Retryable(Failure failure, String cause) implements Outcome {}
}
