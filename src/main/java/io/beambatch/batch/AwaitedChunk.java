package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chunk whose batch has ended.
 *
 * @param batchId of the batch that ended, or null if the run was cancelled before there was one
 * @param status {@code completed}, {@code failed}, {@code expired} or {@code cancelled}
 * @param outputFileId answered lines, or null if there are none
 * @param errorFileId failed lines, or null if there are none
 * @param errors what was found wrong if the batch failed validation
 */
public record AwaitedChunk(
    Chunk chunk,
    @Nullable String batchId,
    BatchStatus status,
    @Nullable String outputFileId,
    @Nullable String errorFileId,
    List<BatchError> errors) {}
