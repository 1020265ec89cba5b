package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and cancels batches of the run's chunks that the ledger doesn't name, because their creator
 * was taken for dead and came back. An orphan is cancelled only once its chunk has another batch,
 * or was ended without one: until then the chunk may still adopt it.
 */
final class OrphanBatches {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanBatches.class);

  private final CoordinatorContext context;
  private final BatchMark marks;
  private final BatchLedger ledger;
  private final Map<String, Orphan> byId = new LinkedHashMap<>();
  private final Set<String> named = new HashSet<>();

  OrphanBatches(CoordinatorContext context, BatchMark marks) {
    this.context = context;
    this.marks = marks;
    this.ledger = context.ledger();
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  void add(String batchId, String chunkId, Instant now) {
    byId.putIfAbsent(batchId, new Orphan(chunkId, now));
  }

  /** A batch that a chunk without one may adopt, or null. */
  @Nullable String of(String chunkId) {
    for (Map.Entry<String, Orphan> orphan : byId.entrySet()) {
      if (orphan.getValue().chunkId().equals(chunkId)) {
        return orphan.getKey();
      }
    }
    return null;
  }

  /** Finds the orphans in the list. */
  void lookFor(BatchListing listing, Instant now) throws IOException {
    for (Batch batch : listing.all()) {
      if (batch.status().ended()
          || batch.status() == BatchStatus.CANCELLING
          || named.contains(batch.id())) {
        continue;
      }
      Optional<String> chunk = marks.chunkOf(batch);
      Optional<Tracked> tracked = chunk.isEmpty() ? Optional.empty() : ledger.read(chunk.get());
      if (tracked.isEmpty() || canAdopt(tracked.get().entry())) {
        continue;
      }
      if (batch.id().equals(tracked.get().entry().batchId())) {
        named.add(batch.id());
      } else if (marks.isOfThisRun(batch, chunk.get(), tracked.get().entry())) {
        add(batch.id(), chunk.get(), now);
      }
    }
  }

  /** Cancels the orphans whose chunk has another batch, or was ended without one. */
  void cancel(Instant now) throws IOException {
    for (Map.Entry<String, Orphan> entry : List.copyOf(byId.entrySet())) {
      String batchId = entry.getKey();
      Orphan orphan = entry.getValue();
      Optional<BatchEntry> chunk = ledger.read(orphan.chunkId()).map(Tracked::entry);
      if (chunk.isPresent() && canAdopt(chunk.get())) {
        continue;
      }
      if (chunk.isPresent() && batchId.equals(chunk.get().batchId())) {
        byId.remove(batchId);
        continue;
      }
      try {
        LOG.warn("cancelling batch {}: it is not the one of chunk {}", batchId, orphan.chunkId());
        context.provider().cancel(batchId);
        byId.remove(batchId);
      } catch (ProviderException e) {
        if (now.isAfter(orphan.since().plus(context.settings().waits().outage()))) {
          LOG.error(
              "batch {} could not be cancelled, and is not the one of chunk {}: cancel it at the"
                  + " provider, or it is paid for nothing ({})",
              batchId,
              orphan.chunkId(),
              e.getMessage());
          byId.remove(batchId);
        } else {
          LOG.warn("batch {} could not be cancelled yet: {}", batchId, e.getMessage());
        }
      }
    }
  }

  /**
   * Returns whether a chunk may adopt a batch that appears late: it has none, and was not ended
   * without one.
   */
  private static boolean canAdopt(BatchEntry chunk) {
    return chunk.state() == State.SUBMITTING || chunk.state() == State.PLANNED;
  }

  private record Orphan(String chunkId, Instant since) {}
}
