package io.beambatch.result;

import io.beambatch.document.Failure;
import io.beambatch.json.JsonSlice;
import org.jspecify.annotations.Nullable;

/**
 * What became of a document in one batch. {@link ResultClassifier} decides it from a result line,
 * {@link MissingResultClassifier} without one; {@link OutcomeWriter} writes it.
 */
sealed interface Outcome {

  /** The document has its answer, as JSON on one line. */
  record Answered(JsonSlice answer) implements Outcome {}

  /**
   * The document has failed; sending it again would not help.
   *
   * @param cause the failure in our words, without contents
   * @param repair how the model may repair its answer; null if it can't
   */
  record Failed(Failure failure, String cause, @Nullable Repair repair) implements Outcome {
    /** A failure that can't be repaired. */
    Failed(Failure failure, String cause) {
      this(failure, cause, null);
    }
  }

  /**
   * What is sent to a model to get a better answer.
   *
   * @param answer the original answer; valid as long as its line
   * @param about its errors
   */
  record Repair(JsonSlice answer, String about) {}

  /**
   * The document may be sent again.
   *
   * @param failure the failure to report if no attempt is left
   * @param cause the failure in our words, without contents
   */
  record Retryable(Failure failure, String cause) implements Outcome {}
}
