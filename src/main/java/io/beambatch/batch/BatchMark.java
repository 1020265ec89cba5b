package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities.OrphanSearch;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells which batch of the provider's list belongs to which chunk of the run, by the surest mark
 * that the provider shows: the key that the batch was created under, or the file that it was
 * created of. Where it shows neither, there is no mark, and {@link CountedBatches} tells.
 */
final class BatchMark {
  private final OrphanSearch search;
  private final RunIdentity run;

  /** Chunks by their input files. */
  private final Map<String, String> chunkOfFile = new HashMap<>();

  /** Chunks by the batches that a reply, or their results, said to be theirs. */
  private final Map<String, String> chunkOfBatch = new HashMap<>();

  BatchMark(OrphanSearch search, RunIdentity run) {
    this.search = search;
    this.run = run;
  }

  /** What a provider shows of a batch, whoever made it; null if it shows nothing of use. */
  static @Nullable String of(Batch batch, OrphanSearch search) {
    return switch (search) {
      case TOKEN, OWN_ID, METADATA, DISPLAY_NAME -> batch.key();
      case INPUT_FILE -> batch.inputFileId().isEmpty() ? null : batch.inputFileId();
      case COUNT -> null;
    };
  }

  /** What the batch of a chunk is recognised by, or null. */
  @Nullable String of(TrackedChunk chunk) {
    return switch (search) {
      case TOKEN, OWN_ID, METADATA, DISPLAY_NAME -> run.key(chunk.id());
      case INPUT_FILE -> {
        String file = chunk.entry().fileId();
        if (file != null) {
          chunkOfFile.put(file, chunk.id());
        }
        yield file;
      }
      case COUNT -> {
        String batch = chunk.entry().batchId();
        if (batch != null) {
          chunkOfBatch.put(batch, chunk.id());
        }
        yield null;
      }
    };
  }

  /** The chunk of this run that a batch is marked with; empty if it isn't one of the run's. */
  Optional<String> chunkOf(Batch batch) {
    if (search == OrphanSearch.COUNT) {
      return Optional.ofNullable(chunkOfBatch.get(batch.id()));
    }
    String mark = of(batch, search);
    if (mark == null) {
      return Optional.empty();
    }
    return search == OrphanSearch.INPUT_FILE
        ? Optional.ofNullable(chunkOfFile.get(mark))
        : run.chunkOfKey(mark);
  }
}
