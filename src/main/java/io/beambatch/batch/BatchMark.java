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
 * Matches batches in the provider's list to the run's chunks, by the strongest mark that the
 * provider shows: the key under which the batch was created, or the file from which it was created.
 * If it shows neither, there is no mark, and {@link CountedBatches} does the matching.
 */
final class BatchMark {
  private static final Logger LOG = LoggerFactory.getLogger(BatchMark.class);

  private final OrphanSearch search;
  private final RunIdentity run;
  private final String endpoint;

  /** Chunks by their input files. */
  private final Map<String, String> chunkOfFile = new HashMap<>();

  /** Chunks by batch, as a reply or the batch's results proved. */
  private final Map<String, String> chunkOfBatch = new HashMap<>();

  /** Batches that have a key of this run, but were created by somebody else. */
  private final Set<String> foreign = new HashSet<>();

  /**
   * @param endpoint the endpoint of all batches of the run
   */
  BatchMark(OrphanSearch search, RunIdentity run, String endpoint) {
    this.search = search;
    this.run = run;
    this.endpoint = endpoint;
  }

  /** The mark that a provider shows of a batch, whoever created it; null if it shows none. */
  static @Nullable String of(Batch batch, OrphanSearch search) {
    return switch (search) {
      case TOKEN, OWN_ID, METADATA, DISPLAY_NAME -> batch.key();
      case INPUT_FILE -> batch.inputFileId().isEmpty() ? null : batch.inputFileId();
      case COUNT -> null;
    };
  }

  /** The mark of a chunk's batch, or null. */
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

  /** The chunk of this run whose mark a batch has; empty if the batch has none of the run. */
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
   * Returns whether this run created a batch that has the mark of one of its chunks. Any user of
   * the account can see the key and give it to another batch; only the ledger knows the input. A
   * batch that shows no input or no endpoint is accepted.
   */
  boolean isOfThisRun(Batch batch, String chunkId, BatchEntry chunk) {
    if ((batch.inputFileId().isEmpty() || chunk.knowsInput(batch.inputFileId()))
        && isOurEndpoint(batch.endpoint())) {
      return true;
    }
    if (foreign.add(batch.id())) {
      LOG.warn(
          "batch {} has the key of chunk {} but another input ({}, for {}): it was created by"
              + " another program, and is neither adopted nor cancelled",
          batch.id(),
          chunkId,
          batch.inputFileId(),
          SafeText.line(batch.endpoint()));
    }
    return false;
  }

  /**
   * Some servers omit the version, or give the whole URL. Where batches have no metadata, the
   * endpoint of a batch is itself derived from the run's.
   */
  private boolean isOurEndpoint(String named) {
    return search != OrphanSearch.METADATA || named.endsWith(endpoint) || endpoint.endsWith(named);
  }
}
