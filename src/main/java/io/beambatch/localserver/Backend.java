package io.beambatch.localserver;

import java.io.IOException;

/**
 * What the calls of all APIs work on: the stored batches and files, and what answers them. Each API
 * gets the same one.
 */
record Backend(
    BatchStore store,
    StoredFiles files,
    BatchScheduler scheduler,
    LocalServerSettings settings,
    FaultPlan faults) {

  /**
   * The batch with an id, if that API created it.
   *
   * @param missing the message of the error if there is none
   */
  BatchState find(String id, BatchFormat format, String missing) throws ApiException {
    return store
        .find(id, format)
        .orElseThrow(() -> new ApiException(ApiError.notFound(missing, null)));
  }

  /** Cancels a batch; returns whether it could still be cancelled. */
  boolean cancel(BatchState batch) throws IOException {
    boolean cancelled = batch.cancel(settings.clock().instant());
    if (cancelled) {
      store.save(batch);
    }
    return cancelled;
  }
}
