package io.beambatch.ledger;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a batch ended: everything that is needed to join its results. It is part of the {@link
 * BatchEntry} of the batch's chunk.
 *
 * @param outputFileId the file of answered lines, or null if there are none
 * @param errorFileId the file of failed lines, or null if there are none
 * @param errors why the batch failed validation, or why it was given up
 * @param answered the provider's count of answered requests; null if it reports none, or if an
 *     earlier version wrote the record
 */
public record BatchEnd(
    BatchStatus status,
    @Nullable String outputFileId,
    @Nullable String errorFileId,
    List<BatchError> errors,
    @Nullable Long answered) {
  /** Code of the error of a batch that was to be cancelled, and did not end in time. */
  public static final String GIVEN_UP = "batch_given_up";

  /** Code of the error of a batch that the provider no longer knows. */
  public static final String VANISHED = "batch_vanished";

  /**
   * Code of the error of a batch that is unknown together with all others of the run, so that it
   * may still be running in another account.
   */
  public static final String UNKNOWN = "batch_unknown";

  /** Code of the error of a chunk that gets no batch because a limit on cost is reached. */
  public static final String OVER_BUDGET = "over_budget";

  public BatchEnd {
    BatchEntry.checkId(outputFileId);
    BatchEntry.checkId(errorFileId);
  }

  /** The end of a batch as the provider reports it. */
  public static BatchEnd of(Batch batch) {
    boolean counted = batch.completed() > 0 || batch.failed() > 0;
    return new BatchEnd(
        batch.status(),
        batch.outputFileId(),
        batch.errorFileId(),
        batch.errors(),
        counted ? batch.completed() : null);
  }

  /** The end of a chunk that has no batch, or has lost it. */
  public static BatchEnd withoutResults(BatchStatus status, List<BatchError> errors) {
    return new BatchEnd(status, null, null, errors, 0L);
  }

  /**
   * The end of a batch that was to be cancelled and goes on: what it shows is taken, and what it
   * still answers is unknown.
   */
  public static BatchEnd givenUp(Batch batch) {
    List<BatchError> errors = new ArrayList<>(batch.errors());
    errors.add(new BatchError(GIVEN_UP, "it was to be cancelled, and did not end", null, null));
    return new BatchEnd(
        BatchStatus.CANCELLED,
        batch.outputFileId(),
        batch.errorFileId(),
        List.copyOf(errors),
        of(batch).answered());
  }

  /** Returns whether an error means that the provider no longer knew the batch. */
  public static boolean isVanished(BatchError error) {
    return VANISHED.equals(error.code()) || UNKNOWN.equals(error.code());
  }

  /** Returns whether the provider may have answered, and billed, more than the batch shows. */
  public boolean mayBeBilledForMore() {
    return errors.stream().anyMatch(e -> isVanished(e) || GIVEN_UP.equals(e.code()));
  }
}
