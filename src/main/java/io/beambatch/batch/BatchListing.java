package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities.OrphanSearch;
import io.beambatch.provider.ListGuard;
import io.beambatch.provider.ProviderException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The account's batches at one moment, newest first, as far back as needed. One list call returns a
 * hundred of them.
 */
final class BatchListing {
  private static final int PAGE = 100;

  private final Map<String, Batch> byId = new HashMap<>();
  private final OrphanSearch search;
  private final Map<String, List<Batch>> byMark = new HashMap<>();

  private BatchListing(OrphanSearch search) {
    this.search = search;
  }

  /**
   * Reads pages until the rest is older than the horizon, or all wanted batches are found.
   *
   * @param wanted ids of batches. If all of them have ended, this may be the last time that the
   *     list is read, so it is read to the horizon
   * @param depth {@code TO_HORIZON} where batches are searched by key, or counted: then the list is
   *     read to the horizon even if all wanted batches are found earlier
   * @throws BatchException if the server has no list of batches
   */
  static BatchListing read(BatchProvider provider, Set<String> wanted, Instant horizon, Depth depth)
      throws ProviderException {
    BatchListing listing = new BatchListing(provider.capabilities().orphans());
    ListGuard guard = new ListGuard("batches");
    String after = null;
    while (true) {
      BatchPage page = page(provider, after);
      page.batches().forEach(listing::add);
      if (page.batches().isEmpty()
          || !page.hasMore()
          || (depth == Depth.AS_NEEDED && listing.hasAllAndNotAllEnded(wanted))) {
        return listing;
      }
      Batch last = page.batches().get(page.batches().size() - 1);
      if (last.createdAt().isBefore(horizon)) {
        return listing;
      }
      guard.add(page.batches().stream().map(Batch::id).toList());
      after = last.id();
    }
  }

  private static BatchPage page(BatchProvider provider, @Nullable String after)
      throws ProviderException {
    try {
      return provider.list(after, PAGE);
    } catch (ProviderException e) {
      if (after == null && (e.status() == 404 || e.status() == 405 || e.status() == 501)) {
        throw new BatchException(
            "the server has no list of batches, which is needed to find a batch whose creation had"
                + " no reply, so that none is created and paid twice; use a server that can list its"
                + " batches ("
                + e.getMessage()
                + ")",
            e);
      }
      throw e;
    }
  }

  private boolean hasAllAndNotAllEnded(Set<String> wanted) {
    return byId.keySet().containsAll(wanted)
        && wanted.stream().anyMatch(id -> !Objects.requireNonNull(byId.get(id)).status().ended());
  }

  private void add(Batch batch) {
    byId.put(batch.id(), batch);
    String mark = BatchMark.of(batch, search);
    // A batch that failed validation did nothing and cost nothing: its chunk may have another.
    if (mark != null && (batch.status() != BatchStatus.FAILED || batch.hasResults())) {
      byMark.computeIfAbsent(mark, unseen -> new ArrayList<>()).add(batch);
    }
  }

  private static Batch olderOf(Batch one, Batch other) {
    if (isCancelled(one) != isCancelled(other)) {
      return isCancelled(one) ? other : one;
    }
    return one.createdAt().isAfter(other.createdAt()) ? other : one;
  }

  /** Returns whether a batch will answer nothing more because it was cancelled. */
  static boolean isCancelled(Batch batch) {
    return batch.status() == BatchStatus.CANCELLED || batch.status() == BatchStatus.CANCELLING;
  }

  @Nullable Batch byId(String id) {
    return byId.get(id);
  }

  /**
   * The batch of a chunk by its {@link BatchMark}, or null; a batch that is running is preferred to
   * a cancelled one.
   */
  @Nullable Batch ofChunk(TrackedChunk chunk, BatchMark marks) {
    String mark = marks.of(chunk);
    return mark == null
        ? null
        : byMark.getOrDefault(mark, List.of()).stream()
            .filter(batch -> marks.isOfThisRun(batch, chunk.id(), chunk.entry()))
            .reduce(BatchListing::olderOf)
            .orElse(null);
  }

  /** Excludes a batch from matching: its chunk may have another. */
  void exclude(Batch batch) {
    List<Batch> marked = byMark.get(BatchMark.of(batch, search));
    if (marked != null) {
      marked.remove(batch);
    }
  }

  Collection<Batch> all() {
    return byId.values();
  }

  /** How far back to read the list. */
  enum Depth {
    AS_NEEDED,
    TO_HORIZON
  }
}
