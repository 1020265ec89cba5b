package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A chunk whose batch has ended: what {@link AwaitBatches} emits, and what the join of results
 * starts from.
 *
 * @param batchId the batch that ended, or null if the run was cancelled before there was one
 * @param status {@code completed}, {@code failed}, {@code expired} or {@code cancelled}
 * @param outputFileId the file of answered lines, or null if there are none
 * @param errorFileId the file of failed lines, or null if there are none
 * @param errors why the batch failed validation, if it did
 */
public record AwaitedChunk(
    Chunk chunk,
    @Nullable String batchId,
    BatchStatus status,
    @Nullable String outputFileId,
    @Nullable String errorFileId,
    List<BatchError> errors) {

  /** A chunk that has ended, from its entry in the ledger. */
  public static AwaitedChunk of(Chunk chunk, BatchEntry entry) {
    BatchEnd end = Objects.requireNonNull(entry.end());
    return new AwaitedChunk(
        chunk, entry.batchId(), end.status(), end.outputFileId(), end.errorFileId(), end.errors());
  }
}
