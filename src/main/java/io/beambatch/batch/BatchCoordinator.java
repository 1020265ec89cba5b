package io.beambatch.batch;

import io.beambatch.batch.BatchListing.Depth;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.Capabilities;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Takes chunks through the provider: submits each one exactly once, as the quota allows, polls the
 * batches, and emits the chunks whose batches have ended. It never waits by itself: the caller
 * calls {@link #step} and waits {@link #pause} in between. A test can therefore drive it with its
 * own clock, and after a crash between two calls a new coordinator starts from the ledger.
 *
 * <p>Each chunk goes through the states of {@link BatchEntry.State}. A step reads the provider's
 * list once and advances every chunk from its state, with one class for each part of the way:
 *
 * <ul>
 *   <li><em>planned</em> – {@link SubmissionQueue} decides which chunk is next, by the requests
 *       that the {@link Quota} allows in flight, and {@link Submitter} creates the batch;
 *   <li><em>submitting</em> – {@link Submitter} finds out whether the batch was created;
 *   <li><em>submitted</em> – {@link BatchPoller} polls the batch;
 *   <li><em>ended</em> – the chunk is emitted and forgotten.
 * </ul>
 *
 * {@link ProviderHealth} waits out outages of the provider, and {@link OrphanBatches} cancels
 * batches that should not exist.
 *
 * <p>Every state in which a chunk can be stuck has an end that needs no person:
 *
 * <table>   <caption>What a chunk can be stuck in</caption>   <tr><th>state<th>trouble<th>end
 * <tr><td>planned<td>exceeds the limits by itself<td>set aside at once   <tr><td>planned<td>never
 * any room<td>set aside when no batch of the run has made progress for {@code       poll.deadline}
 * and an outage   <tr><td>planned<td>its input is never found<td>uploaded again after 10 minutes
 * (one in a single       look), twice; then set aside   <tr><td>planned<td>the provider refuses the
 * creation itself<td>set aside at once   <tr><td>planned<td>the run is cancelled<td>ended as
 * cancelled, without a batch   <tr><td>submitting<td>no clear reply to the creation<td>searched for
 * after {@code settle}, then       created again; after an outage of creations the launch stops
 * <tr><td>submitting<td>only the results of batches in flight can prove whether one is       its
 * own<td>waits until they have ended; set aside after {@code poll.deadline} and an outage
 * <tr><td>submitting<td>the process that creates it is gone<td>taken over, at the latest after
 * {@code       lease}   <tr><td>submitted<td>never starts, or makes no progress<td>cancelled at
 * {@code poll.deadline}   <tr><td>submitted<td>stays cancelling, or can't be cancelled<td>given up
 * after {@code       cancelGrace}: ended as cancelled, with the results that it shows
 * <tr><td>submitted<td>unknown to the provider<td>after {@code poll.grace} its documents are
 * missing, and sent again; or, if the key may belong to another project, set aside until {@code
 * poll.deadline}, after which they fail   <tr><td>submitted<td>finished, but shows no result
 * files<td>ended without them after {@code       poll.grace}   <tr><td>any<td>the provider is out
 * of reach<td>the launch stops after an outage; the next goes       on   <tr><td>any<td>the server
 * has no list of batches<td>the launch stops at its first look
 * </table>
 *
 * A chunk that is <em>set aside</em> holds up no other. The reason is written to the ledger, the
 * launch ends with an error once all others are done, and the next launch tries again.
 */
final class BatchCoordinator {
  /** The provider's times are in whole seconds, and may come from several clocks. */
  private static final Duration PROVIDER_SKEW = Duration.ofMinutes(10);

  /** How often to search for orphan batches, beyond the page that is read anyway. */
  private static final Duration FULL_LISTING_INTERVAL = Duration.ofMinutes(10);

  private final CoordinatorContext context;
  private final CoordinatorSettings settings;
  private final ChunkUploader uploader;
  private final Capabilities can;
  private final TrackedChunks chunks;
  private final ProviderHealth health;
  private final Quota quota;
  private final OrphanBatches orphans;
  private final Submitter submitter;
  private final SubmissionQueue queue;
  private final BatchPoller poller;
  private Instant fullListing = Instant.MIN;

  BatchCoordinator(CoordinatorContext context, ChunkUploader uploader) {
    this.context = context;
    this.settings = context.settings();
    this.can = context.provider().capabilities();
    this.uploader = uploader;
    this.health = new ProviderHealth(settings, context.clock().instant());
    this.quota = new Quota(settings.inference().limits(), can.queue());
    this.chunks =
        new TrackedChunks(
            new BatchMark(
                can.orphans(), settings.run(), settings.inference().request().endpoint()));
    this.orphans = new OrphanBatches(context, chunks.marks());
    this.submitter = new Submitter(context, chunks, quota, orphans, uploader);
    this.queue = new SubmissionQueue(context, chunks, submitter, uploader, quota);
    this.poller = new BatchPoller(context, submitter, queue, quota, chunks.marks());
  }

  /**
   * Adds a chunk, in whatever state the ledger has it. A chunk that is tracked already is ignored.
   *
   * @throws BatchException if its requests can't be uploaded, for a reason that concerns all chunks
   */
  void track(Chunk chunk) throws IOException {
    if (chunks.contains(chunk.id())) {
      return;
    }
    Instant now = context.clock().instant();
    if (!context.ledger().has(chunk.id())
        && !isUploaded(chunk, now)
        && !context.ledger().has(chunk.id())) {
      if (chunks.isSetAside(chunk.id(), now)) {
        return;
      }
      // The run is cancelled: with this entry, no other process can send the chunk.
      context.ledger().create(chunk.id(), BatchEntry.unwanted(settings.run().created(), now));
    }
    TrackedChunk tracked = new TrackedChunk(chunk, context.ledger(), settings.waitPolicy(), now);
    chunks.add(tracked);
    if (tracked.state() == State.ENDED) {
      queue.progressed(Instant.ofEpochMilli(tracked.entry().since()));
    }
  }

  private boolean isUploaded(Chunk chunk, Instant now) throws IOException {
    try {
      return uploader.upload(chunk);
    } catch (BatchException e) {
      if (e.mayPass() || ProviderHealth.concernsAll(e)) {
        throw e;
      }
      chunks.postpone(chunk.id(), e, now);
      return false;
    }
  }

  /** Forgets all chunks but these: another coordinator has emitted the others. */
  void retain(Set<String> chunkIds) {
    chunks.retain(chunkIds);
  }

  /** Returns whether a chunk is set aside, and it is too early to try again. */
  boolean isSetAside(String chunkId) {
    return chunks.isSetAside(chunkId, context.clock().instant());
  }

  /** Why a chunk was set aside. */
  Optional<BatchException> failure() {
    return chunks.failure();
  }

  /** Returns whether no chunk is left to process. */
  boolean isIdle() {
    return chunks.isEmpty() && orphans.isEmpty();
  }

  /** Returns whether the next few steps can be expected to settle an open question. */
  boolean isSettling() {
    Instant now = context.clock().instant();
    return !orphans.isEmpty()
        || chunks.any(
            chunk ->
                switch (chunk.state()) {
                  case PLANNED ->
                      uploader.isNeeded(chunk.entry())
                          || chunk.isPausing(now)
                          || quota.isWaiting(now);
                  case SUBMITTING ->
                      submitter.mayRecover(chunk) && !submitter.isWaitingForOthers(chunk);
                  case SUBMITTED -> chunk.entry().times().over() != null;
                  case ENDED -> true;
                });
  }

  /**
   * Returns whether the only remaining chunks are those that are not admitted before others have
   * been joined.
   */
  boolean isHeld() {
    return queue.isHeld() && orphans.isEmpty();
  }

  /** Sets those aside, or ends them, if no others are going to be joined. */
  void turnAwayHeld(Consumer<AwaitedChunk> done) throws IOException {
    queue.turnAwayHeld();
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.accept(chunks.remove(chunk));
    }
  }

  /** Ends this coordinator's right to create batches, so that others need not wait for it. */
  void retire() {
    submitter.retire();
  }

  /** How long to wait before the next step: at least as long as the provider asks. */
  Duration pause() {
    return health.pause(context.clock().instant());
  }

  /**
   * Polls once, submits what may be submitted, and emits the chunks whose batches have ended, even
   * if an error then stops it.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, or the
   *     provider is out of reach
   */
  void step(Consumer<AwaitedChunk> done) throws IOException {
    Instant now = context.clock().instant();
    if (isIdle() || !health.quietFor(now).isZero()) {
      return;
    }
    for (TrackedChunk chunk : chunks.in(State.SUBMITTING)) {
      chunk.reload();
    }
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.accept(chunks.remove(chunk));
    }
    if (!chunks.isEmpty()) {
      try {
        pollAndSubmit(now, done);
      } catch (ProviderException e) {
        context.events().failed(e);
        health.failed(e, context.clock().instant());
      }
    }
    orphans.cancel(now);
    chunks.progress().forEach(settings.progress()::publish);
    reportBatches(now);
  }

  private void reportBatches(Instant now) {
    List<TrackedChunk> underWay = chunks.in(State.SUBMITTED);
    Instant first =
        underWay.stream()
            .map(chunk -> Instant.ofEpochMilli(chunk.entry().since()))
            .min(Instant::compareTo)
            .orElse(now);
    context.events().polled(underWay.size(), Duration.between(first, now));
  }

  private void pollAndSubmit(Instant now, Consumer<AwaitedChunk> done)
      throws IOException, ProviderException {
    Snapshot snapshot = new Snapshot(now, list(now), context.ledger().isCancelled());
    ProviderException unreachable = null;
    BatchException refusal = null;
    for (TrackedChunk chunk : chunks.all()) {
      BatchEntry before = chunk.entry();
      try {
        advance(chunk, snapshot, unreachable == null);
      } catch (ProviderException e) {
        if (!ProviderHealth.isOutage(e)) {
          throw e;
        }
        // Batches in the list can still be followed.
        unreachable = e;
      } catch (BatchException.OfOneChunk e) {
        chunks.setAside(chunk, e, now);
      } catch (BatchException e) {
        // A lack of credit must not hold back answers that are paid for.
        refusal = refusal == null ? e : refusal;
      }
      if (!chunk.entry().equals(before)) {
        health.changed(now);
      }
      // Ended by this step, or seen to have ended by another launch.
      if (chunk.state() == State.ENDED) {
        done.accept(chunks.remove(chunk));
      }
    }
    if (refusal != null) {
      throw refusal;
    }
    orphans.lookFor(snapshot.batches(), now);
    int planned = chunks.in(State.PLANNED).size();
    queue.submitPlanned(snapshot);
    if (chunks.in(State.PLANNED).size() != planned) {
      health.changed(now);
    }
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.accept(chunks.remove(chunk));
    }
    queue.setAsideOverdue(now);
    if (unreachable != null) {
      throw unreachable;
    }
    health.recovered();
  }

  private BatchListing list(Instant now) throws ProviderException {
    Set<String> wanted =
        chunks.stream()
            .map(chunk -> chunk.entry().batchId())
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    boolean searching = chunks.any(chunk -> chunk.entry().batchId() == null);
    // No batch is older than its input; the provider's clock gives both times.
    Instant horizon =
        chunks.stream()
            .map(chunk -> Instant.ofEpochMilli(chunk.entry().uploaded()))
            .min(Instant::compareTo)
            .orElse(now)
            .minus(PROVIDER_SKEW);
    Instant oldestInFlight = now.minus(InFlightUsage.horizon(can));
    if (searching && quota.isLimited() && oldestInFlight.isBefore(horizon)) {
      horizon = oldestInFlight;
    }
    boolean full = searching || !now.isBefore(fullListing.plus(FULL_LISTING_INTERVAL));
    BatchListing listing =
        BatchListing.read(
            context.provider(), wanted, horizon, full ? Depth.TO_HORIZON : Depth.AS_NEEDED);
    fullListing = full ? now : fullListing;
    if (searching) {
      for (Batch batch : listing.all()) {
        if (chunks.marks().chunkOf(batch).isPresent() && poller.unpaid().contains(batch)) {
          listing.exclude(batch);
        }
      }
    }
    return listing;
  }

  private void advance(TrackedChunk chunk, Snapshot snapshot, boolean reachable)
      throws IOException, ProviderException {
    switch (chunk.state()) {
      case PLANNED -> {
        if (!submitter.adopt(chunk, snapshot.batches()) && snapshot.cancelled()) {
          // It has no batch, and will not get one.
          BatchEnd end = BatchEnd.withoutResults(BatchStatus.CANCELLED, List.of());
          chunk.advance(chunk.entry().ended(end, snapshot.taken()));
        }
      }
      case SUBMITTING -> {
        if (submitter.recover(chunk, snapshot)) {
          queue.submitAgain(chunk, snapshot);
        }
      }
      case SUBMITTED -> poller.poll(chunk, snapshot, reachable);
      case ENDED -> {}
    }
  }
}
