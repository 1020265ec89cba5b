package io.beambatch.batch;

import io.beambatch.chunk.Part;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the batch of a chunk whose creation had no reply, where batches carry nothing of ours. Of
 * those that are newer than what was there before the creation, have as many requests, and that no
 * chunk is known to have, each may be it, or a stranger's. Which it is, its results tell: their ids
 * name the part that a request stands in, and nobody can guess those. So a candidate is waited for
 * until it has ended. Until then, nothing is created in its place, and nobody cancels it or deletes
 * it. That costs time, and never money.
 */
final class CountedBatches {
  private static final Logger LOG = LoggerFactory.getLogger(CountedBatches.class);
  private static final String NOT_OURS = "";

  private final TrackedChunks chunks;
  private final boolean needed;
  private final ResultPeek peek;
  private final UnpaidBatches unpaid;

  /** The part that the first result of a batch is of, or {@link #NOT_OURS}; by the batch's id. */
  private final Map<String, String> partOfBatch = new HashMap<>();

  /** Chunks that have candidates which are not over yet. */
  private final Set<String> pending = new HashSet<>();

  CountedBatches(CoordinatorContext context, TrackedChunks chunks) {
    this.chunks = chunks;
    this.needed = context.provider().capabilities().orphans() == OrphanSearch.COUNT;
    this.peek = new ResultPeek(context);
    this.unpaid = new UnpaidBatches(context);
  }

  /**
   * By the provider's own time, when the newest batch was created that is there before a creation;
   * what has no mark has to be newer.
   *
   * @return null where batches have marks
   */
  @Nullable Instant newest(BatchListing batches) {
    return needed
        ? batches.all().stream()
            .map(Batch::createdAt)
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH)
        : null;
  }

  /** Whether a chunk has to wait for batches to end before it is known whether one is its own. */
  boolean isPending(TrackedChunk chunk) {
    return pending.contains(chunk.id());
  }

  /** The batch of a chunk, proved by its results; null if there is none, or {@link #isPending}. */
  @Nullable Batch find(TrackedChunk chunk, BatchListing batches)
      throws IOException, ProviderException {
    if (!needed) {
      return null;
    }
    pending.remove(chunk.id());
    Set<String> named = named();
    Set<String> parts = chunk.chunk().parts().stream().map(Part::name).collect(Collectors.toSet());
    Instant oldest = Instant.ofEpochMilli(chunk.entry().uploaded());
    List<Batch> candidates =
        batches.all().stream()
            .filter(batch -> !batch.createdAt().isBefore(oldest))
            .filter(batch -> batch.total() == 0 || batch.total() == chunk.chunk().requests())
            .filter(batch -> !named.contains(batch.id()))
            .sorted(Comparator.comparing(Batch::createdAt))
            .toList();
    for (Batch batch : candidates) {
      String part = part(batch);
      if (part == null) {
        pending.add(chunk.id());
      } else if (parts.contains(part) && !unpaid.contains(batch)) {
        pending.remove(chunk.id());
        return batch;
      }
    }
    return null;
  }

  private Set<String> named() {
    return chunks.stream()
        .map(chunk -> chunk.entry().batchId())
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /** The part that a batch's first result is of, or {@link #NOT_OURS}; null if nobody can tell. */
  private @Nullable String part(Batch batch) throws IOException, ProviderException {
    String known = partOfBatch.get(batch.id());
    if (known != null) {
      return known;
    }
    if (!batch.status().ended() || !batch.hasAllResults()) {
      return null;
    }
    String part;
    try {
      part =
          peek.firstId(batch)
              .flatMap(
                  id ->
                      Stream.of(id.lastIndexOf('-'))
                          .filter(dash -> dash > 0)
                          .map(dash -> id.substring(0, dash))
                          .findFirst())
              .orElse(NOT_OURS);
    } catch (IOException e) {
      LOG.warn("the results of batch {} could not be read yet: {}", batch.id(), e.getMessage());
      return null;
    }
    partOfBatch.put(batch.id(), part);
    return part;
  }
}
