package io.beambatch.ledger;

import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a chunk's batch.
 *
 * @param fileId of the uploaded input, or null before the upload
 * @param uploaded when, in milliseconds since 1970 by the provider's clock: no batch of the chunk
 *     is older; 0 if that isn't known
 * @param owner who is creating, or has created, the batch; null before
 * @param since when the state was entered, in milliseconds since 1970
 * @param batchId null before {@link State#SUBMITTED}
 * @param end null before {@link State#ENDED}
 */
public record BatchEntry(
    State state,
    @Nullable String fileId,
    long uploaded,
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
  public static BatchEntry planned(InputFile file, Instant now) {
    return new BatchEntry(
        State.PLANNED,
        file.id(),
        file.createdAt().toEpochMilli(),
        null,
        now.toEpochMilli(),
        null,
        null);
  }

  /** The same chunk, to be submitted later. */
  public BatchEntry putBack(Instant now) {
    return new BatchEntry(State.PLANNED, fileId, uploaded, null, now.toEpochMilli(), null, null);
  }

  /** The same chunk, to be uploaded again. */
  public BatchEntry withoutFile(Instant now) {
    return new BatchEntry(State.PLANNED, null, 0, null, now.toEpochMilli(), null, null);
  }

  /** The same chunk, about to be submitted. */
  public BatchEntry submitting(String newOwner, Instant now) {
    return new BatchEntry(
        State.SUBMITTING, fileId, uploaded, newOwner, now.toEpochMilli(), null, null);
  }

  /** The same chunk, with its batch. */
  public BatchEntry submitted(String newBatchId, Instant now) {
    return new BatchEntry(
        State.SUBMITTED, fileId, uploaded, owner, now.toEpochMilli(), newBatchId, null);
  }

  /** The same chunk, its batch ended. */
  public BatchEntry ended(BatchEnd newEnd, Instant now) {
    return new BatchEntry(
        State.ENDED, fileId, uploaded, owner, now.toEpochMilli(), batchId, newEnd);
  }
}
