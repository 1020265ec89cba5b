package io.beambatch.batch;

import io.beambatch.job.Poll;
import io.beambatch.job.RequestSpec;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates exactly one batch for a chunk. The provider accepts no idempotency key, so the order of
 * steps is essential. First, <em>submitting</em> is written; second, the list is searched for a
 * batch with the chunk's key; third, only if there is none, one is created, by a call that is never
 * repeated; last, its id is written. A process that finds <em>submitting</em> without an id
 * searches before doing anything else.
 *
 * <p>A batch that is missing from the list proves that none exists only if no process has been
 * creating one for {@link CoordinatorSettings#settle}: the provider may take that long to carry out
 * a creation whose caller is gone, and to show it. The time counts from when this coordinator first
 * knew, by its own clock, that no process was creating one. A creation by an owner that is not
 * known to be gone is over after {@link CoordinatorSettings#lease}: no call takes that long, and no
 * call is made from an old intention. This can fail, for instance if a machine is suspended in the
 * middle of a call. Then its write to the ledger fails, and one of the two batches is cancelled as
 * soon as any process sees it ({@link OrphanBatches}).
 */
final class Submitter {
  private static final Logger LOG = LoggerFactory.getLogger(Submitter.class);

  private static final Duration INPUT_PATIENCE = Duration.ofMinutes(10);
  private static final Duration INPUT_PATIENCE_OF_A_LOOK = Duration.ofMinutes(1);

  /** An older intention must be written again: another process may be about to take it over. */
  private static final Duration FRESH = Duration.ofMinutes(1);

  private final CoordinatorContext context;
  private final CoordinatorSettings settings;
  private final TrackedChunks chunks;
  private final Quota quota;
  private final OrphanBatches orphans;
  private final ChunkUploader uploader;
  private final CountedBatches counts;
  private final Owner owner = Owner.create();

  /** Since when no creation has had a clear reply. */
  private @Nullable Instant unclearSince;

  /**
   * @param chunks all chunks of the coordinator, which count against the quota
   */
  Submitter(
      CoordinatorContext context,
      TrackedChunks chunks,
      Quota quota,
      OrphanBatches orphans,
      ChunkUploader uploader) {
    this.context = context;
    this.settings = context.settings();
    this.chunks = chunks;
    this.quota = quota;
    this.orphans = orphans;
    this.uploader = uploader;
    this.counts = new CountedBatches(context, chunks);
  }

  /**
   * Submits a planned chunk.
   *
   * @throws BatchException.OfOneChunk if the provider refuses the creation itself
   */
  void submit(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    if (!adopt(chunk, snapshot.batches()) && intend(chunk, snapshot.batches())) {
      create(chunk, snapshot);
    }
  }

  /**
   * Finds out whether a submission without a batch id created a batch.
   *
   * @return whether it created none, and may be repeated
   */
  boolean recover(TrackedChunk chunk, Snapshot snapshot) throws IOException, ProviderException {
    Instant now = snapshot.taken();
    Batch found = snapshot.batches().ofChunk(chunk, chunks.marks());
    // A cancelled batch may be an orphan; the chunk's own may still appear.
    if (found != null && !BatchListing.isCancelled(found)) {
      adopt(chunk, snapshot.batches());
      return false;
    }
    if (!mayRecover(chunk)) {
      if (now.isAfter(Instant.ofEpochMilli(chunk.entry().since()).plus(lease(chunk)))) {
        LOG.info("taking over chunk {}, which another launch was submitting", chunk.id());
        chunk.advance(chunk.entry().submitting(owner.name(), now));
      }
      return false;
    }
    // Only now is it known that no process is creating one: another may have been when the step
    // began.
    Instant quietSince = chunk.quietSince(context.clock().instant());
    Batch counted = counts.find(chunk, snapshot.batches());
    if (counted != null) {
      LOG.info("batch {} had been created for chunk {}", counted.id(), chunk.id());
      chunk.advance(chunk.entry().submitted(counted.id(), context.clock().instant()));
      return false;
    }
    if (counts.isPending(chunk)) {
      setAsideIfOverdue(chunk, now);
      return false;
    }
    // The list was read after the step began.
    if (now.isBefore(quietSince.plus(settings.settle(context.provider().capabilities())))
        || adopt(chunk, snapshot.batches())) {
      return false;
    }
    if (snapshot.cancelled()) {
      chunk.advance(chunk.entry().putBack(now));
      return false;
    }
    return !quota.isWaiting(now);
  }

  /** Submits a chunk again that {@link #recover} has found to have no batch. */
  void submitAgain(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    if (intend(chunk, snapshot.batches())) {
      create(chunk, snapshot);
    }
  }

  /** A batch that never ends never shows whose it is. */
  private void setAsideIfOverdue(TrackedChunk chunk, Instant now) {
    Duration patience = settings.inference().poll().deadline().plus(settings.waits().outage());
    if (now.isAfter(chunk.waitedFor(chunk.entry().since()).plus(patience))) {
      throw new BatchException.OfOneChunk(
          "whether a batch was created for chunk "
              + chunk.id()
              + " is unknown: a batch with as many requests has not ended since "
              + Instant.ofEpochMilli(chunk.entry().since())
              + ", and only its results can tell; look at the provider's list of batches, cancel it"
              + " there if it is yours, and run the same command again",
          null);
    }
  }

  /** Returns whether a chunk can only wait until other batches have ended. */
  boolean isWaitingForOthers(TrackedChunk chunk) {
    return counts.isPending(chunk);
  }

  /** A create call that carries the requests may take as long as sending them does. */
  private Duration lease(TrackedChunk chunk) {
    return context.provider().capabilities().creation() == Creation.REQUESTS
        ? settings.waits().lease().plus(Timeouts.ofSending(chunk.chunk().bytes()))
        : settings.waits().lease();
  }

  /** Returns whether no other process can be creating a batch of a submitting chunk. */
  boolean mayRecover(TrackedChunk chunk) {
    Owner other = new Owner(String.valueOf(chunk.entry().owner()));
    return other.equals(owner) || other.isKnownToBeGone();
  }

  /** Ends this submitter's right to create batches. */
  void retire() {
    owner.retire();
  }

  /**
   * Adopts a batch that was created for the chunk, if there is one.
   *
   * @return whether there is one. Another process may have advanced the chunk meanwhile
   */
  boolean adopt(TrackedChunk chunk, BatchListing batches) throws IOException {
    Batch listed = batches.ofChunk(chunk, chunks.marks());
    String found = listed == null ? orphans.of(chunk.id()) : listed.id();
    if (found == null) {
      return false;
    }
    LOG.info("batch {} had been created for chunk {}", found, chunk.id());
    if (chunk.state() == State.SUBMITTING || intend(chunk, batches)) {
      chunk.advance(chunk.entry().submitted(found, context.clock().instant()));
    }
    return true;
  }

  private boolean intend(TrackedChunk chunk, BatchListing batches) throws IOException {
    Instant now = context.clock().instant();
    // An earlier intention may still be carried out; its batch is not older than the time recorded
    // for it.
    Instant newest = chunk.state() == State.PLANNED ? counts.newest(batches) : null;
    return chunk.advance(
        newest == null
            ? chunk.entry().submitting(owner.name(), now)
            : chunk.entry().submittingAfter(newest, owner.name(), now));
  }

  private void create(TrackedChunk chunk, Snapshot snapshot) throws IOException {
    Instant intended = Instant.ofEpochMilli(chunk.entry().since());
    if (!owner.isAtWork() || context.clock().instant().isAfter(intended.plus(FRESH))) {
      return;
    }
    Batch batch;
    try {
      batch = context.provider().create(submission(chunk));
    } catch (ProviderException e) {
      creationFailed(chunk, snapshot, e);
      return;
    }
    unclearSince = null;
    context.events().created();
    quota.created();
    if (!chunk.advance(chunk.entry().submitted(batch.id(), context.clock().instant()))
        && !batch.id().equals(chunk.entry().batchId())) {
      orphans.add(batch.id(), chunk.id(), context.clock().instant());
      return;
    }
    LOG.info(
        "batch {} created for chunk {}: {} requests, {} bytes",
        batch.id(),
        chunk.id(),
        chunk.chunk().requests(),
        chunk.chunk().bytes());
  }

  private Submission submission(TrackedChunk chunk) {
    RequestSpec request = settings.inference().request();
    return new Submission(
        settings.run().key(chunk.id()),
        BatchMetadata.of(settings.run(), chunk.chunk(), request.model()),
        request.endpoint(),
        request.model(),
        chunk.entry().fileId(),
        uploader.requests(chunk.chunk()),
        Math.toIntExact(chunk.chunk().requests()));
  }

  private void creationFailed(TrackedChunk chunk, Snapshot snapshot, ProviderException e)
      throws IOException {
    Instant now = context.clock().instant();
    context.events().failed(e);
    if (e.kind() == Kind.NO_REPLY || e.status() >= 500 || e.status() == 408 || e.status() == 0) {
      creationIsUnclear(chunk, e, now);
      return;
    }
    unclearSince = null;
    chunk.refused(e.getMessage());
    chunk.advance(chunk.entry().putBack(now));
    if (e.kind() == Kind.FILE_NOT_READY) {
      inputIsMissing(chunk, String.valueOf(e.getMessage()));
    } else if (e.kind() == Kind.NO_ROOM) {
      LOG.info("the provider has no room for chunk {}: {}", chunk.id(), e.getMessage());
      hasNoRoom(chunk, snapshot.batches());
    } else if (e.kind() == Kind.UNAVAILABLE) {
      ProviderHealth.checkWait(e, settings.waits().outage());
      quota.unavailable(e.retryAfter(), now);
      LOG.warn("the provider accepts no batches at the moment: {}", e.getMessage());
    } else {
      throw refusal(chunk, e);
    }
  }

  private static BatchException refusal(TrackedChunk chunk, ProviderException e) {
    BatchException refusal = ProviderHealth.fatal(e);
    return ProviderHealth.concernsAll(e)
        ? refusal
        : new BatchException.OfOneChunk(
            "no batch could be created for chunk " + chunk.id() + ": " + refusal.getMessage(), e);
  }

  private void creationIsUnclear(TrackedChunk chunk, ProviderException e, Instant now) {
    LOG.warn(
        "it is unknown whether a batch was created for chunk {}; looking for it: {}",
        chunk.id(),
        e.getMessage());
    chunk.markQuiet(now);
    ProviderHealth.checkWait(e, settings.waits().outage());
    quota.unavailable(e.retryAfter(), now);
    if (unclearSince == null) {
      unclearSince = now;
    }
    if (now.isAfter(unclearSince.plus(settings.waits().outage()))) {
      throw new BatchException(
          "the provider has accepted no batches for "
              + Poll.text(settings.waits().outage())
              + "; batches that exist continue. Run the same command again to resume ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Records that the provider had no room for a chunk, now put back, beside what is in flight. */
  void hasNoRoom(TrackedChunk chunk, BatchListing batches) {
    chunk.inputFound();
    quota.refused(
        chunks.inFlight(), chunks.inFlightOfOthers(batches, context), context.clock().instant());
  }

  /**
   * Waits for an upload to become visible; one that never does is uploaded again.
   *
   * @param words the provider's message
   */
  void inputIsMissing(TrackedChunk chunk, String words) throws IOException {
    Instant now = context.clock().instant();
    if (!chunk.isInputMissing()) {
      LOG.warn(
          "the provider can't find the input of chunk {} (file {}), trying again: {}",
          chunk.id(),
          chunk.entry().fileId(),
          words);
    }
    Duration patience =
        settings.waitPolicy().leavesRest() ? INPUT_PATIENCE_OF_A_LOOK : INPUT_PATIENCE;
    if (chunk.inputMissing(now, patience)) {
      chunk.loseInput(now);
    }
  }
}
