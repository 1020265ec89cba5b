package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
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
 * Batches of the run's chunks that the ledger doesn't name, because their maker was taken for dead
 * and came back. They are cancelled, but only once their chunk has another batch: until then it may
 * still adopt them.
 */
final class Strays {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);

  private final RunIdentity run;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Duration patience;
  private final Map<String, Stray> byId = new LinkedHashMap<>();
  private final Set<String> named = new HashSet<>();

  /**
   * @param patience how long cancelling is tried
   */
  Strays(RunIdentity run, BatchProvider provider, BatchLedger ledger, Duration patience) {
    this.run = run;
    this.provider = provider;
    this.ledger = ledger;
    this.patience = patience;
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  void add(String batchId, String chunkId, Instant now) {
    byId.putIfAbsent(batchId, new Stray(chunkId, now));
  }

  /** A batch that a chunk without one may adopt, or null. */
  @Nullable String of(String chunkId) {
    for (Map.Entry<String, Stray> stray : byId.entrySet()) {
      if (stray.getValue().chunkId().equals(chunkId)) {
        return stray.getKey();
      }
    }
    return null;
  }

  /** Finds those in the list that nobody knows any more. */
  void lookFor(Listing listing, Instant now) throws IOException {
    for (Batch batch : listing.all()) {
      String key = BatchMetadata.key(batch);
      if (key == null
          || batch.status().ended()
          || batch.status() == BatchStatus.CANCELLING
          || named.contains(batch.id())) {
        continue;
      }
      Optional<String> chunk = run.chunkOfKey(key);
      Optional<Tracked> tracked = chunk.isEmpty() ? Optional.empty() : ledger.read(chunk.get());
      if (tracked.isEmpty() || tracked.get().entry().batchId() == null) {
        continue;
      }
      if (batch.id().equals(tracked.get().entry().batchId())) {
        named.add(batch.id());
      } else {
        add(batch.id(), chunk.get(), now);
      }
    }
  }

  /** Cancels those whose chunk has another batch. */
  void cancel(Instant now) throws IOException {
    for (Map.Entry<String, Stray> entry : List.copyOf(byId.entrySet())) {
      String batchId = entry.getKey();
      Stray stray = entry.getValue();
      Optional<BatchEntry> chunk = ledger.read(stray.chunkId()).map(Tracked::entry);
      if (chunk.isPresent()
          && (chunk.get().state() == State.SUBMITTING || chunk.get().state() == State.PLANNED)) {
        continue;
      }
      if (chunk.isPresent() && batchId.equals(chunk.get().batchId())) {
        byId.remove(batchId);
        continue;
      }
      try {
        LOG.warn("cancelling batch {}: chunk {} has another", batchId, stray.chunkId());
        provider.cancel(batchId);
        byId.remove(batchId);
      } catch (ProviderException e) {
        if (now.isAfter(stray.since().plus(patience))) {
          LOG.error(
              "batch {} could not be cancelled, and its chunk {} has another: cancel it at the"
                  + " provider, or its answers are paid twice ({})",
              batchId,
              stray.chunkId(),
              e.getMessage());
          byId.remove(batchId);
        } else {
          LOG.warn("batch {} could not be cancelled yet: {}", batchId, e.getMessage());
        }
      }
    }
  }

  private record Stray(String chunkId, Instant since) {}
}
