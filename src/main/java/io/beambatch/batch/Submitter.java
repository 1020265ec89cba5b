package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes exactly one batch of a chunk. The provider knows no idempotency key, so that the order is
 * everything: <em>submitting</em> is written first; then the list is searched for a batch with the
 * chunk's key; only if there is none is one created, by a call that is never repeated; then its id
 * is written. Whoever finds <em>submitting</em> without an id searches before doing anything else,
 * and not before a creation under way can be expected to show.
 */
final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger(Submitter.class);
  private static final Duration FILE_PATIENCE = Duration.ofMinutes(10);
  private static final Duration FILE_PAUSE = Duration.ofSeconds(2);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final Clock clock;
  private final Admission admission;
  private final Owner owner = Owner.create();

  /** Batches that were made for chunks which meanwhile belong to somebody else: chunk by batch. */
  private final Map<String, String> orphans = new LinkedHashMap<>();

  Submitter(
      CoordinatorSettings settings, BatchProvider provider, Clock clock, Admission admission) {
    this.settings = settings;
    this.provider = provider;
    this.clock = clock;
    this.admission = admission;
  }

  /**
   * Submits a planned chunk.
   *
   * @return whether it has a batch now
   */
  boolean submit(TrackedChunk chunk, Listing listing) throws IOException {
    if (!chunk.advance(chunk.entry().submitting(owner.name(), clock.instant()))) {
      return false;
    }
    return adopt(chunk, listing) || create(chunk);
  }

  /**
   * Finds out what became of a submission that has no batch id.
   *
   * @return whether it has a batch now
   */
  boolean recover(TrackedChunk chunk, Listing listing, Instant now) throws IOException {
    // One that shows is there for good; one that doesn't may still come up.
    if (adopt(chunk, listing)) {
      return true;
    }
    Instant since = Instant.ofEpochMilli(chunk.entry().since());
    if (now.isBefore(since.plus(settings.settle()))) {
      return false;
    }
    if (mayRecover(chunk)) {
      return chunk.advance(chunk.entry().submitting(owner.name(), now)) && create(chunk);
    }
    if (now.isAfter(since.plus(settings.lease()))) {
      // The other may be about to create: give its batch the time to show, then look again.
      LOG.info("taking over chunk {}, which another was submitting", chunk.chunk().id());
      chunk.advance(chunk.entry().submitting(owner.name(), now));
    }
    return false;
  }

  /** Whether nobody else can be creating a batch of a chunk that is being submitted. */
  boolean mayRecover(TrackedChunk chunk) {
    Owner other = new Owner(String.valueOf(chunk.entry().owner()));
    return other.equals(owner) || other.isKnownToBeGone();
  }

  private boolean adopt(TrackedChunk chunk, Listing listing) throws IOException {
    Batch found = listing.byKey(settings.run().key(chunk.chunk().id()));
    if (found == null) {
      return false;
    }
    LOG.info("batch {} had been created for chunk {}", found.id(), chunk.chunk().id());
    return chunk.advance(chunk.entry().submitted(found.id(), clock.instant()));
  }

  private boolean create(TrackedChunk chunk) throws IOException {
    Batch batch;
    try {
      batch =
          provider.create(
              chunk.entry().fileId(),
              settings.job().request().endpoint(),
              BatchMetadata.of(settings.run(), chunk.chunk(), settings.job().request().model()));
    } catch (ProviderException e) {
      return notCreated(chunk, e);
    }
    if (!chunk.advance(chunk.entry().submitted(batch.id(), clock.instant()))
        && !batch.id().equals(chunk.entry().batchId())) {
      orphans.put(batch.id(), chunk.chunk().id());
      return false;
    }
    LOG.info(
        "batch {} created for chunk {}: {} requests, {} bytes",
        batch.id(),
        chunk.chunk().id(),
        chunk.chunk().requests(),
        chunk.chunk().bytes());
    admission.taken();
    return true;
  }

  private boolean notCreated(TrackedChunk chunk, ProviderException e) throws IOException {
    Instant now = clock.instant();
    boolean unknown =
        e.kind() == Kind.NO_REPLY || e.status() >= 500 || e.status() == 408 || e.status() == 0;
    if (unknown) {
      LOG.warn(
          "whether a batch was created for chunk {} is unknown, looking for it: {}",
          chunk.chunk().id(),
          e.getMessage());
      return false;
    }
    if (e.kind() == Kind.FILE_NOT_READY) {
      fileIsMissing(chunk, now, e.getMessage());
    }
    chunk.advance(BatchEntry.planned(chunk.entry().fileId(), now));
    if (e.kind() == Kind.UNAVAILABLE) {
      admission.wait(now, e.retryAfter());
      LOG.warn("the provider takes no batches for the moment: {}", e.getMessage());
    } else if (e.kind() != Kind.FILE_NOT_READY) {
      throw fatal(e);
    }
    return false;
  }

  /** Waits for an upload to become visible; one that never does has to be made again. */
  void fileIsMissing(TrackedChunk chunk, Instant now, String message) throws IOException {
    if (chunk.fileMissingSince == null) {
      chunk.fileMissingSince = now;
    }
    chunk.notBefore = now.plus(FILE_PAUSE);
    if (now.isAfter(chunk.fileMissingSince.plus(FILE_PATIENCE))) {
      chunk.advance(BatchEntry.planned(null, now));
      throw new BatchException(
          "the input of chunk "
              + chunk.chunk().id()
              + " was uploaded but can't be found at the provider; run the same command again to"
              + " upload it anew ("
              + message
              + ")",
          null);
    }
  }

  /**
   * Cancels batches of ours that lost a race. Only once the chunk has another batch: until then its
   * new owner may still find and adopt ours.
   */
  void settleOrphans(BatchLedger ledger) throws IOException, ProviderException {
    for (Map.Entry<String, String> orphan : List.copyOf(orphans.entrySet())) {
      Optional<BatchEntry> entry = ledger.read(orphan.getValue()).map(BatchLedger.Tracked::entry);
      if (entry.isPresent() && entry.get().state() == State.SUBMITTING) {
        continue;
      }
      if (entry.isEmpty() || !orphan.getKey().equals(entry.get().batchId())) {
        LOG.warn("cancelling batch {}: chunk {} has another", orphan.getKey(), orphan.getValue());
        provider.cancel(orphan.getKey());
      }
      orphans.remove(orphan.getKey());
    }
  }

  static BatchException fatal(ProviderException e) {
    String todo =
        switch (e.kind()) {
          case UNAUTHORIZED -> "the provider refuses the key; check OPENAI_API_KEY";
          case INSUFFICIENT_QUOTA ->
              "the account's quota is used up, and waiting does not help; check its plan and"
                  + " billing";
          default -> "the provider refuses the call";
        };
    return new BatchException(
        todo + ", then run the same command again to go on (" + e.getMessage() + ")", e);
  }
}
