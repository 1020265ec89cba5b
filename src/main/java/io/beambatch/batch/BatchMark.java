package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.SafeText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which batch of the provider's list belongs to which chunk of the run, by the surest mark
 * that the provider shows: the key that the batch was created under, or the file that it was
 * created of. Where it shows neither, there is no mark, and {@link CountedBatches} tells.
 */
final class BatchMark {
  private static final Logger LOG = LoggerFactory.getLogger(BatchMark.class);

  private final OrphanSearch search;
  private final RunIdentity run;
  private final String endpoint;

  /** Chunks by their input files. */
  private final Map<String, String> chunkOfFile = new HashMap<>();

  /** Chunks by the batches that a reply, or their results, said to be theirs. */
  private final Map<String, String> chunkOfBatch = new HashMap<>();

  /** Batches that bear a key of this run and were made by somebody else. */
  private final Set<String> foreign = new HashSet<>();

  /**
   * @param endpoint that all batches of the run are for
   */
  BatchMark(OrphanSearch search, RunIdentity run, String endpoint) {
    this.search = search;
    this.run = run;
    this.endpoint = endpoint;
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

  /**
   * Whether a batch that is marked as a chunk's was made by this run. Any user of the account can
   * see the key, and give it to a batch of their own; the ledger alone knows the input. A batch
   * that shows no input or no endpoint is believed.
   */
  boolean isOfThisRun(Batch batch, String chunkId, BatchEntry chunk) {
    if ((batch.inputFileId().isEmpty() || chunk.knowsInput(batch.inputFileId()))
        && isOurEndpoint(batch.endpoint())) {
      return true;
    }
    if (foreign.add(batch.id())) {
      LOG.warn(
          "batch {} bears the key of chunk {} but has another input ({}, for {}): it was made by"
              + " somebody else, and is neither taken nor cancelled",
          batch.id(),
          chunkId,
          batch.inputFileId(),
          SafeText.line(batch.endpoint()));
    }
    return false;
  }

  /**
   * Some servers leave out the version, or name the whole address. Where there is no metadata,
   * there is no endpoint in a batch either, but what was concluded from it.
   */
  private boolean isOurEndpoint(String named) {
    return search != OrphanSearch.METADATA || named.endsWith(endpoint) || endpoint.endsWith(named);
  }
}
