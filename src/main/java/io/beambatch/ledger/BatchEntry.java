package io.beambatch.ledger;

import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a chunk's batch.
 *
 * @param fileId of the uploaded input, or null before the upload
 * @param owner who is creating, or has created, the batch; null before
 * @param since when the state was entered, in milliseconds since 1970
 * @param batchId null before {@link State#SUBMITTED}
 * @param end null before {@link State#ENDED}
 */
public record BatchEntry(
    State state,
    @Nullable String fileId,
    @Nullable String owner,
    long since,
    @Nullable String batchId,
    @Nullable BatchEnd end) {

  /** How far a chunk has come. */
  public enum State {
    /** Nothing is paid, nothing is under way. */
    PLANNED,
    /** Somebody may be creating a batch: look for it before creating one. */
    SUBMITTING,
    /** The batch is known. */
    SUBMITTED,
    /** The batch will not change any more. */
    ENDED
  }

  /**
   * How a batch ended: all that it takes to join its results.
   *
   * @param outputFileId answered lines, or null if there are none
   * @param errorFileId failed lines, or null if there are none
   * @param errors what was found wrong if the batch failed validation
   */
  public record BatchEnd(
      BatchStatus status,
      @Nullable String outputFileId,
      @Nullable String errorFileId,
      List<BatchError> errors) {}

  /** A chunk whose input is uploaded. */
  public static BatchEntry planned(@Nullable String fileId, Instant now) {
    return new BatchEntry(State.PLANNED, fileId, null, now.toEpochMilli(), null, null);
  }

  /** The same chunk, about to be submitted. */
  public BatchEntry submitting(String newOwner, Instant now) {
    return new BatchEntry(State.SUBMITTING, fileId, newOwner, now.toEpochMilli(), null, null);
  }

  /** The same chunk, with its batch. */
  public BatchEntry submitted(String newBatchId, Instant now) {
    return new BatchEntry(State.SUBMITTED, fileId, owner, now.toEpochMilli(), newBatchId, null);
  }

  /** The same chunk, its batch ended. */
  public BatchEntry ended(BatchEnd newEnd, Instant now) {
    return new BatchEntry(State.ENDED, fileId, owner, now.toEpochMilli(), batchId, newEnd);
  }
}
