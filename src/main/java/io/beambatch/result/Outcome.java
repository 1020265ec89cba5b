package io.beambatch.result;

import io.beambatch.document.Failure;
import io.beambatch.json.JsonSlice;

/** What is to become of a document. */
sealed interface Outcome {

  /** It has its answer, as JSON on one line. */
  record Answered(JsonSlice answer) implements Outcome {}

  /** Sending it again would change nothing. */
  record Failed(Failure failure) implements Outcome {}

  /**
   * It may be sent again.
   *
   * @param failure what it fails with if it has been sent often enough
   */
  record Retryable(Failure failure) implements Outcome {}
}
