package io.beambatch.provider;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A batch, as the provider shows it.
 *
 * @param outputFileId answered lines, or null (also for a while after the batch has ended)
 * @param errorFileId failed lines, or null
 * @param metadata what was given at creation
 */
public record Batch(
    String id,
    BatchStatus status,
    String endpoint,
    String inputFileId,
    @Nullable String outputFileId,
    @Nullable String errorFileId,
    Instant createdAt,
    long total,
    long completed,
    long failed,
    List<BatchError> errors,
    Map<String, String> metadata) {}
