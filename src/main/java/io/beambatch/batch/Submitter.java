package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes exactly one batch of a chunk. The provider knows no idempotency key, so that the order is
 * everything: <em>submitting</em> is written first; then the list is searched for a batch with the
 * chunk's key; only if there is none is one created, by a call that is never repeated; then its id
 * is written. Whoever finds <em>submitting</em> without an id searches before doing anything else.
 *
 * <p>That a batch is not in the list means that there is none only if nobody has been creating one
 * for {@link CoordinatorSettings#settle}: so long may the provider take to carry out a creation
 * whose caller is gone, and to show it. The time counts from when this coordinator first knew that
 * nobody was, by its own clock. A creation of somebody who is not known to be gone is over after
 * {@link CoordinatorSettings#lease}: no call takes that long, and none is made of an old intention.
 * Where that fails, because a machine was suspended in the middle of a call, say, its writing
 * fails, and one of the two batches is cancelled as soon as anybody sees it ({@link
 * OrphanBatches}).
 */
final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger(Submitter.class);
  static final String OUT_OF_MONEY =
      "the account's quota is used up, and waiting does not help; check its plan and billing";

  private static final Duration FILE_PATIENCE = Duration.ofMinutes(10);
  private static final Duration FILE_PATIENCE_ONCE = Duration.ofMinutes(1);
  private static final Duration FILE_PAUSE = Duration.ofSeconds(2);

  /** An intention that is older has to be written anew: others may be about to take it over. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final Clock clock;
  private final Quota quota;
  private final OrphanBatches orphans;
  private final Owner owner = Owner.create();
  private @Nullable Instant unclearSince;

  Submitter(
      CoordinatorSettings settings,
      BatchProvider provider,
      Clock clock,
      Quota quota,
      OrphanBatches orphans) {
    this.settings = settings;
    this.provider = provider;
    this.clock = clock;
    this.quota = quota;
    this.orphans = orphans;
  }

  /** What has become of a submission. */
  enum Outcome {
    /** The chunk has a batch. */
    SUBMITTED,
    /** It hasn't yet: somebody else is at it, or it will be tried again. */
    NOT_YET,
    /** The provider has no room for it. */
    NO_ROOM
  }

  /** Submits a planned chunk. */
  Outcome submit(TrackedChunk chunk, BatchListing listing) throws IOException {
    Optional<Outcome> adopted = adopt(chunk, listing);
    if (adopted.isPresent()) {
      return adopted.get();
    }
    return chunk.advance(chunk.entry().submitting(owner.name(), clock.instant()))
        ? create(chunk)
        : Outcome.NOT_YET;
  }

  /** Finds out what became of a submission that has no batch id. */
  Outcome recover(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    Instant now = snapshot.taken();
    BatchListing listing = snapshot.batches();
    Batch found = listing.byKey(settings.run().key(chunk.chunk().id()));
    // One that was cancelled may be an orphan; its chunk's own may show yet.
    if (found != null && isGoingOn(found.status())) {
      return adopt(chunk, listing).orElse(Outcome.NOT_YET);
    }
    if (!mayRecover(chunk)) {
      if (now.isAfter(Instant.ofEpochMilli(chunk.entry().since()).plus(settings.lease()))) {
        LOG.info("taking over chunk {}, which another was submitting", chunk.chunk().id());
        chunk.advance(chunk.entry().submitting(owner.name(), now));
      }
      return Outcome.NOT_YET;
    }
    if (chunk.quietSince == null) {
      // Only now is it known; the step may have begun while the other was still at it.
      chunk.quietSince = clock.instant();
    }
    // The list was read after the step began.
    if (now.isBefore(chunk.quietSince.plus(settings.settle()))) {
      return Outcome.NOT_YET;
    }
    Optional<Outcome> adopted = adopt(chunk, listing);
    if (adopted.isPresent()) {
      return adopted.get();
    }
    if (snapshot.cancelled()) {
      chunk.advance(chunk.entry().putBack(now));
      return Outcome.NOT_YET;
    }
    return !quota.isWaiting(now)
            && chunk.advance(chunk.entry().submitting(owner.name(), clock.instant()))
        ? create(chunk)
        : Outcome.NOT_YET;
  }

  /** Whether nobody else can be creating a batch of a chunk that is being submitted. */
  boolean mayRecover(TrackedChunk chunk) {
    Owner other = new Owner(String.valueOf(chunk.entry().owner()));
    return other.equals(owner) || other.isKnownToBeGone();
  }

  /** Creates nothing any more. */
  void retire() {
    owner.retire();
  }

  private static boolean isGoingOn(BatchStatus status) {
    return status != BatchStatus.CANCELLED && status != BatchStatus.CANCELLING;
  }

  /**
   * Takes a batch that was created for the chunk, if there is one.
   *
   * @return what has become of the chunk, which somebody else may have moved meanwhile; empty if
   *     there is none, and the chunk is where it was
   */
  Optional<Outcome> adopt(TrackedChunk chunk, BatchListing listing) throws IOException {
    Batch listed = listing.byKey(settings.run().key(chunk.chunk().id()));
    String found = listed == null ? orphans.of(chunk.chunk().id()) : listed.id();
    if (found == null) {
      return Optional.empty();
    }
    LOG.info("batch {} had been created for chunk {}", found, chunk.chunk().id());
    if (chunk.state() == State.PLANNED
        && !chunk.advance(chunk.entry().submitting(owner.name(), clock.instant()))) {
      return Optional.of(Outcome.NOT_YET);
    }
    boolean moved = chunk.advance(chunk.entry().submitted(found, clock.instant()));
    return Optional.of(moved ? Outcome.SUBMITTED : Outcome.NOT_YET);
  }

  private Outcome create(TrackedChunk chunk) throws IOException {
    Instant intended = Instant.ofEpochMilli(chunk.entry().since());
    if (!owner.isAtWork() || clock.instant().isAfter(intended.plus(FRESH))) {
      return Outcome.NOT_YET;
    }
    Batch batch;
    try {
      batch =
          provider.create(
              chunk.entry().fileId(),
              settings.inference().request().endpoint(),
              BatchMetadata.of(
                  settings.run(), chunk.chunk(), settings.inference().request().model()));
    } catch (ProviderException e) {
      return creationFailed(chunk, e);
    }
    unclearSince = null;
    quota.created();
    if (!chunk.advance(chunk.entry().submitted(batch.id(), clock.instant()))
        && !batch.id().equals(chunk.entry().batchId())) {
      orphans.add(batch.id(), chunk.chunk().id(), clock.instant());
      return Outcome.NOT_YET;
    }
    LOG.info(
        "batch {} created for chunk {}: {} requests, {} bytes",
        batch.id(),
        chunk.chunk().id(),
        chunk.chunk().requests(),
        chunk.chunk().bytes());
    return Outcome.SUBMITTED;
  }

  private Outcome creationFailed(TrackedChunk chunk, ProviderException e) throws IOException {
    Instant now = clock.instant();
    boolean unclear =
        e.kind() == Kind.NO_REPLY || e.status() >= 500 || e.status() == 408 || e.status() == 0;
    if (unclear) {
      creationIsUnclear(chunk, e, now);
      return Outcome.NOT_YET;
    }
    unclearSince = null;
    if (e.kind() == Kind.FILE_NOT_READY) {
      fileIsMissing(chunk, now, e.getMessage());
    } else {
      chunk.fileMissingSince = null;
    }
    chunk.advance(chunk.entry().putBack(now));
    chunk.refusal = e.getMessage();
    if (BatchErrors.isTokenLimit(e)) {
      LOG.info("the provider has no room for chunk {}: {}", chunk.chunk().id(), e.getMessage());
      return Outcome.NO_ROOM;
    }
    if (e.kind() == Kind.UNAVAILABLE) {
      quota.wait(e.retryAfter(), now);
      LOG.warn("the provider takes no batches for the moment: {}", e.getMessage());
    } else if (e.kind() != Kind.FILE_NOT_READY) {
      throw fatal(e);
    }
    return Outcome.NOT_YET;
  }

  private void creationIsUnclear(TrackedChunk chunk, ProviderException e, Instant now) {
    LOG.warn(
        "whether a batch was created for chunk {} is unknown, looking for it: {}",
        chunk.chunk().id(),
        e.getMessage());
    chunk.quietSince = now;
    quota.wait(e.retryAfter(), now);
    if (unclearSince == null) {
      unclearSince = now;
    }
    if (now.isAfter(unclearSince.plus(settings.outage()))) {
      throw new BatchException(
          "the provider has taken no batches for "
              + settings.outage()
              + "; those that it has go on, run the same command again to go on ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Waits for an upload to become visible; one that never does has to be made again. */
  void fileIsMissing(TrackedChunk chunk, Instant now, String message) throws IOException {
    if (chunk.fileMissingSince == null) {
      chunk.fileMissingSince = now;
    }
    chunk.notBefore = now.plus(FILE_PAUSE);
    Duration patience = settings.waitPolicy().leavesRest() ? FILE_PATIENCE_ONCE : FILE_PATIENCE;
    if (now.isAfter(chunk.fileMissingSince.plus(patience))) {
      chunk.advance(chunk.entry().withoutFile(now));
      throw new ChunkException(
          "the input of chunk "
              + chunk.chunk().id()
              + " was uploaded but can't be found at the provider; run the same command again to"
              + " upload it anew ("
              + message
              + ")",
          null);
    }
  }

  static BatchException fatal(ProviderException e) {
    String todo =
        switch (e.kind()) {
          case UNAUTHORIZED -> "the provider refuses the key; check OPENAI_API_KEY";
          case INSUFFICIENT_QUOTA -> OUT_OF_MONEY;
          default -> "the provider refuses the call";
        };
    return new BatchException(
        todo + ", then run the same command again to go on (" + e.getMessage() + ")", e);
  }
}
