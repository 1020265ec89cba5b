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
 * Finds the batch of a chunk whose creation had no reply, at a provider whose batches carry neither
 * our key nor our file. A candidate is any batch that is newer than those that existed before the
 * creation, has as many requests, and belongs to no other known chunk: it may be ours, or a
 * stranger's. Its results prove which: their ids name the part of a request, and nobody can guess
 * those. So a candidate is waited for until it has ended. Until then, no batch is created in its
 * place, and the candidate is neither cancelled nor deleted. This costs time, never money: also
 * where chunks of one run have equally many requests, since each is told by the names of its own
 * parts.
 */
final class CountedBatches {
  private static final Logger LOG = LoggerFactory.getLogger(CountedBatches.class);
  private static final String NOT_OURS = "";

  private final TrackedChunks chunks;
  private final boolean needed;
  private final ResultPeek peek;
  private final UnpaidBatches unpaid;

  /** By batch id, the part of the batch's first result, or {@link #NOT_OURS}. */
  private final Map<String, String> partOfBatch = new HashMap<>();

  /** Chunks with candidates that have not ended. */
  private final Set<String> pending = new HashSet<>();

  CountedBatches(CoordinatorContext context, TrackedChunks chunks) {
    this.chunks = chunks;
    this.needed = context.provider().capabilities().orphans() == OrphanSearch.COUNT;
    this.peek = new ResultPeek(context);
    this.unpaid = new UnpaidBatches(context);
  }

  /**
   * When the newest batch before a creation was created, by the provider's clock; a batch without a
   * mark must be newer.
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

  /**
   * Returns whether a chunk must wait for batches to end before it is known whether one is its own.
   */
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

  /**
   * The part of a batch's first result, or {@link #NOT_OURS}; null if the results don't show it.
   */
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
