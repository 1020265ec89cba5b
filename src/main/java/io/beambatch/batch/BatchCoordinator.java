package io.beambatch.batch;

import io.beambatch.batch.BatchListing.Depth;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.BatchEnd;
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
 * Takes chunks through the provider: submits each one exactly once, as the quota allows, looks how
 * the batches stand, and hands out those that have ended. It never waits by itself: its user calls
 * {@link #step} and waits {@link #pause} in between, so that a test can drive it with a clock of
 * its own, and a crash between any two calls is just another user who starts anew from the ledger.
 *
 * <p>Each chunk goes through the states of {@link BatchEntry.State}. A step reads the provider's
 * list once and moves every chunk on from where it stands, with one class for each part of the way:
 *
 * <ul>
 *   <li><em>planned</em> – {@link SubmissionQueue} says whose turn it is, by what the {@link Quota}
 *       lets under way, and {@link Submitter} creates the batch;
 *   <li><em>submitting</em> – {@link Submitter} finds out what became of the creation;
 *   <li><em>submitted</em> – {@link BatchPoller} looks how the batch stands;
 *   <li><em>ended</em> – the chunk is handed out and forgotten.
 * </ul>
 *
 * {@link ProviderHealth} waits for a provider that is out of reach, and {@link OrphanBatches}
 * cancels batches that should not be.
 *
 * <p>Every state in which a chunk can be stuck has an end that needs no person:
 *
 * <table>
 *   <caption>What a chunk can be stuck in</caption>
 *   <tr><th>state<th>trouble<th>end
 *   <tr><td>planned<td>is over the limits by itself<td>left at once
 *   <tr><td>planned<td>never any room<td>left when no batch of the run has got further for {@code
 *       poll.deadline} and an outage
 *   <tr><td>planned<td>its input is never found<td>uploaded anew after 10 minutes (one in a single
 *       look), twice; then left
 *   <tr><td>planned<td>the creation is refused as such<td>left at once
 *   <tr><td>planned<td>the run is cancelled<td>ended as cancelled, without a batch
 *   <tr><td>submitting<td>no clear reply to the creation<td>looked for after {@code settle}, then
 *       created again; after an outage of creations the launch stops
 *   <tr><td>submitting<td>only the results of batches that are under way can tell whether one is
 *       its own<td>waited for until they have ended; left after {@code poll.deadline} and an outage
 *   <tr><td>submitting<td>whoever creates it is gone<td>taken over, at the latest after {@code
 *       lease}
 *   <tr><td>submitted<td>never starts, or never gets on<td>cancelled at {@code poll.deadline}
 *   <tr><td>submitted<td>stays cancelling, or can't be cancelled<td>given up after {@code
 *       cancelGrace}: ended as cancelled, with what it shows
 *   <tr><td>submitted<td>unknown to the provider<td>after {@code poll.grace} its documents are
 *       missing, and sent again; or left, if the key may be that of another project, until {@code
 *       poll.deadline}, after which they fail
 *   <tr><td>submitted<td>over, but shows no result files<td>ended without them after {@code
 *       poll.grace}
 *   <tr><td>any<td>the provider is out of reach<td>the launch stops after an outage; the next goes
 *       on
 *   <tr><td>any<td>the server has no list of batches<td>the launch stops at its first look
 * </table>
 *
 * A chunk that is <em>left</em> holds up no other. The reason is written to the ledger, the launch
 * ends with an error once all others are done, and the next launch tries again.
 */
final class BatchCoordinator {
  /** Times of the provider are in whole seconds, and not all from one clock. */
  private static final Duration PROVIDER_SKEW = Duration.ofMinutes(10);

  /** How often to look for batches that no chunk owns, beyond the page that is needed. */
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
   * Takes a chunk up, from wherever it stands in the ledger; one that is known already is ignored.
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
      if (chunks.isResting(chunk.id(), now)) {
        return;
      }
      // The run is cancelled. What is in the ledger can't be sent by others behind our back.
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
      chunks.rest(chunk.id(), e, now);
      return false;
    }
  }

  /** Forgets all chunks but these: the others have meanwhile been handed out by another. */
  void retain(Set<String> chunkIds) {
    chunks.retain(chunkIds);
  }

  /** Whether a chunk was left, and it is too early to try again. */
  boolean isResting(String chunkId) {
    return chunks.isResting(chunkId, context.clock().instant());
  }

  /** Why a chunk was left that could not go on. */
  Optional<BatchException> failure() {
    return chunks.failure();
  }

  /** Whether nothing is left to do. */
  boolean isIdle() {
    return chunks.isEmpty() && orphans.isEmpty();
  }

  /** Whether anything is left that the next steps can be expected to settle in a moment. */
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

  /** Whether nothing but chunks is left that are not admitted before others have been joined. */
  boolean isHeld() {
    return queue.isHeld() && orphans.isEmpty();
  }

  /** Leaves or ends those, where nobody joins the others meanwhile. */
  void turnAwayHeld(Consumer<AwaitedChunk> done) throws IOException {
    queue.turnAwayHeld();
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.accept(chunks.remove(chunk));
    }
  }

  /** Creates nothing any more, so that others need not wait for it. */
  void retire() {
    submitter.retire();
  }

  /** How long to wait before the next step: as long as the provider asks, at least. */
  Duration pause() {
    return health.pause(context.clock().instant());
  }

  /**
   * Looks once, submits what may be submitted, and hands out the chunks whose batches have ended,
   * also if something else keeps it from going on.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, the
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
        lookAndSubmit(now, done);
      } catch (ProviderException e) {
        context.events().failed(e);
        health.failed(e, context.clock().instant());
      }
    }
    orphans.cancel(now);
    chunks.progress().forEach(settings.progress()::publish);
    tellHowBatchesStand(now);
  }

  private void tellHowBatchesStand(Instant now) {
    List<TrackedChunk> underWay = chunks.in(State.SUBMITTED);
    Instant first =
        underWay.stream()
            .map(chunk -> Instant.ofEpochMilli(chunk.entry().since()))
            .min(Instant::compareTo)
            .orElse(now);
    context.events().stand(underWay.size(), Duration.between(first, now));
  }

  private void lookAndSubmit(Instant now, Consumer<AwaitedChunk> done)
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
        // Those that the list shows can be followed all the same.
        unreachable = e;
      } catch (BatchException.OfOneChunk e) {
        chunks.leave(chunk, e, now);
      } catch (BatchException e) {
        // What the account can't pay for must not hold back what it has paid for.
        refusal = refusal == null ? e : refusal;
      }
      if (!chunk.entry().equals(before)) {
        health.changed(now);
      }
      // Whether by this step, or because another launch has seen its end.
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
    queue.leaveOverdue(now);
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
    // No batch is older than its input, and both times are the provider's own.
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
          listing.disown(batch);
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
          // It has no batch, and gets none any more.
          BatchEnd end = BatchEnd.withoutResults(BatchStatus.CANCELLED, List.of());
          chunk.advance(chunk.entry().ended(end, snapshot.taken()));
        }
      }
      case SUBMITTING -> submitter.recover(chunk, snapshot);
      case SUBMITTED -> poller.poll(chunk, snapshot, reachable);
      case ENDED -> {}
    }
  }
}
