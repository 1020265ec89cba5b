package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;

/** Says whether all that a batch has come to can be seen. */
final class EndedBatch {
  private EndedBatch() {}

  /**
   * Whether the result files of a batch that has ended are there, as far as its counts tell. A
   * provider may show the files, and the last counts, a while after the end.
   */
  static boolean showsItsResults(Batch batch) {
    if (batch.status() == BatchStatus.FAILED) {
      return true;
    }
    boolean output = batch.outputFileId() != null;
    boolean error = batch.errorFileId() != null;
    if (output && error) {
      return true;
    }
    if (batch.total() == 0) {
      // Cancelled or expired before it was begun: there will be none.
      return output || error || batch.status() != BatchStatus.COMPLETED;
    }
    boolean countsAddUp = batch.completed() + batch.failed() >= batch.total();
    return countsAddUp
        && (output || batch.completed() == 0)
        && (error || batch.failed() == 0)
        && (output || error);
  }
}
