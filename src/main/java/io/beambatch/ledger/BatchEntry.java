package io.beambatch.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a chunk's batch.
 *
 * @param fileId of the uploaded input, or null before the upload
 * @param owner who is creating, or has created, the batch; null before
 * @param since when the state was entered, in milliseconds since 1970
 * @param batchId null before {@link State#SUBMITTED}
 * @param status the provider's word at the end, or null before {@link State#ENDED}
 */
public record BatchEntry(
    State state,
    @Nullable String fileId,
    @Nullable String owner,
    long since,
    @Nullable String batchId,
    @Nullable String status) {

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

  /** A chunk whose input is uploaded. */
  public static BatchEntry planned(@Nullable String fileId, Instant now) {
    return new BatchEntry(State.PLANNED, fileId, null, now.toEpochMilli(), null, null);
  }

  /** The same chunk, about to be submitted. */
  public BatchEntry submitting(String owner, Instant now) {
    return new BatchEntry(State.SUBMITTING, fileId, owner, now.toEpochMilli(), null, null);
  }

  /** The same chunk, with its batch. */
  public BatchEntry submitted(String batchId, Instant now) {
    return new BatchEntry(State.SUBMITTED, fileId, owner, now.toEpochMilli(), batchId, null);
  }

  /** The same chunk, its batch ended. */
  public BatchEntry ended(String status, Instant now) {
    return new BatchEntry(State.ENDED, fileId, owner, now.toEpochMilli(), batchId, status);
  }
}
