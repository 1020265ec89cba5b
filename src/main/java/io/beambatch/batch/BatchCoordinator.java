package io.beambatch.batch;

import io.beambatch.batch.BatchListing.Depth;
import io.beambatch.batch.Submitter.Outcome;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Takes chunks through the provider: submits each one exactly once, as the budget allows, looks how
 * the batches stand, and hands out those that have ended. It never waits by itself: its user calls
 * {@link #step} and waits {@link #pause} in between, so that a test can drive it with a clock of
 * its own, and a crash between any two calls is just another user who starts anew from the ledger.
 *
 * <p>Each chunk goes through the states of {@link BatchEntry.State}. A step reads the provider's
 * list once and takes every chunk on from where it stands, with one class for each part of the way:
 *
 * <ul>
 *   <li><em>planned</em> – {@link SubmissionQueue} says whose turn it is, by what {@link Quota}
 *       lets under way, and {@link Submitter} creates the batch;
 *   <li><em>submitting</em> – {@link Submitter} finds out what became of the creation;
 *   <li><em>submitted</em> – {@link BatchPoller} looks how the batch stands, and {@link Deadline}
 *       cancels it when its time is over;
 *   <li><em>ended</em> – the chunk is handed out and forgotten.
 * </ul>
 *
 * {@link ProviderHealth} bears a provider that is out of reach, and {@link OrphanBatches} sees to
 * batches that should not be.
 */
final class BatchCoordinator {
  /** Times of the provider are in whole seconds, and not all from one clock. */
  private static final Duration PROVIDER_SKEW = Duration.ofMinutes(10);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Clock clock;
  private final TrackedChunks chunks = new TrackedChunks();
  private final ChunkFailures failures;
  private final ProviderHealth health;
  private final PollBackoff backoff;
  private final Quota quota;
  private final OrphanBatches orphans;
  private final Submitter submitter;
  private final SubmissionQueue queue;
  private final BatchPoller poller;

  BatchCoordinator(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.settings = settings;
    this.provider = provider;
    this.ledger = ledger;
    this.clock = clock;
    this.failures = new ChunkFailures(settings.waitPolicy());
    this.health = new ProviderHealth(settings);
    this.backoff = new PollBackoff(settings.waitPolicy(), clock.instant());
    this.quota = new Quota(settings.inference().limits());
    this.orphans = new OrphanBatches(settings.run(), provider, ledger, settings.outage());
    this.submitter = new Submitter(settings, provider, clock, quota, orphans);
    InFlightCounter inFlight = new InFlightCounter(settings, chunks, clock);
    this.queue =
        new SubmissionQueue(
            settings, ledger, clock, chunks, submitter, quota, inFlight, backoff, failures);
    this.poller = new BatchPoller(settings, provider, clock, submitter, quota, inFlight, backoff);
  }

  /**
   * Takes a chunk on, from wherever it stands in the ledger; one that is known already is ignored.
   */
  void track(Chunk chunk) throws IOException {
    if (chunks.contains(chunk.id())) {
      return;
    }
    Instant now = clock.instant();
    if (ledger.read(chunk.id()).isEmpty() && ledger.isCancelled()) {
      // It was not uploaded. What is in the ledger can't be sent by others behind our back.
      ledger.create(chunk.id(), BatchEntry.unwanted(settings.run().created(), now));
    }
    TrackedChunk taken = new TrackedChunk(chunk, ledger, settings.waitPolicy(), now);
    chunks.add(taken);
    if (taken.state() == State.ENDED) {
      backoff.progressed(Instant.ofEpochMilli(taken.entry().since()));
    }
  }

  /** Forgets all chunks but these: the others have meanwhile been handed out by another. */
  void retain(Set<String> chunkIds) {
    chunks.retain(chunkIds);
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  Optional<BatchException> failure() {
    return failures.last();
  }

  /** Whether nothing is left to do. */
  boolean isIdle() {
    return chunks.isEmpty() && orphans.isEmpty();
  }

  /** Whether anything is left that the next steps can be expected to settle in a moment. */
  boolean isSettling() {
    Instant now = clock.instant();
    return !orphans.isEmpty()
        || chunks.any(
            chunk ->
                switch (chunk.state()) {
                  case PLANNED ->
                      chunk.entry().fileId() != null
                          && (now.isBefore(chunk.notBefore) || quota.isWaiting(now));
                  case SUBMITTING -> submitter.mayRecover(chunk);
                  case SUBMITTED -> chunk.entry().times().over() != null;
                  case ENDED -> true;
                });
  }

  /** Creates nothing any more, so that others need not wait for it. */
  void retire() {
    submitter.retire();
  }

  /** How long to wait before the next step: as long as the provider asks, at least. */
  Duration pause() {
    Instant now = clock.instant();
    Duration pause = backoff.pause(settings.inference().poll().interval(), now);
    Duration quiet = health.quietFor(now);
    return pause.compareTo(quiet) < 0 ? quiet : pause;
  }

  /**
   * Looks once, submits what may be submitted, and hands out the chunks whose batches have ended.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, a batch
   *     doesn't end
   */
  List<AwaitedChunk> step() throws IOException {
    Instant now = clock.instant();
    if (isIdle() || !health.quietFor(now).isZero()) {
      return List.of();
    }
    for (TrackedChunk chunk : chunks.in(State.SUBMITTING)) {
      chunk.reload();
    }
    List<AwaitedChunk> done = new ArrayList<>();
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.add(chunks.release(chunk));
    }
    if (!chunks.isEmpty()) {
      try {
        lookAndSubmit(now, done);
      } catch (ProviderException e) {
        health.failed(e, clock.instant());
      }
    }
    orphans.cancel(now);
    chunks.publish();
    return done;
  }

  private void lookAndSubmit(Instant now, List<AwaitedChunk> done)
      throws IOException, ProviderException {
    Snapshot snapshot = new Snapshot(now, list(now), ledger.isCancelled());
    ProviderException unreachable = null;
    for (TrackedChunk chunk : chunks.all()) {
      try {
        advance(chunk, snapshot, unreachable == null);
      } catch (ProviderException e) {
        if (!ProviderHealth.isOutage(e)) {
          throw e;
        }
        // Those that the list shows can be followed all the same.
        unreachable = e;
      } catch (ChunkException e) {
        failures.record(e);
      }
      // Whether by this step, or because another launch has seen its end.
      if (chunk.state() == State.ENDED) {
        done.add(chunks.release(chunk));
      }
    }
    orphans.lookFor(snapshot.batches(), now);
    queue.submitPlanned(snapshot);
    if (unreachable != null) {
      throw unreachable;
    }
    health.recovered();
    giveUpIfAllAreStuck();
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
    if (searching && quota.isLimited() && now.minus(InFlightCounter.HORIZON).isBefore(horizon)) {
      horizon = now.minus(InFlightCounter.HORIZON);
    }
    return BatchListing.read(
        provider, wanted, horizon, searching ? Depth.TO_HORIZON : Depth.AS_NEEDED);
  }

  private void advance(TrackedChunk chunk, Snapshot snapshot, boolean reachable)
      throws IOException, ProviderException {
    switch (chunk.state()) {
      case PLANNED -> {
        Optional<Outcome> adopted = submitter.adopt(chunk, snapshot.batches());
        if (adopted.isPresent()) {
          queue.note(adopted.get(), chunk, snapshot);
        } else if (snapshot.cancelled()) {
          // It has no batch, and gets none any more.
          BatchEnd end = new BatchEnd(BatchStatus.CANCELLED, null, null, List.of());
          chunk.advance(chunk.entry().ended(end, snapshot.taken()));
        }
      }
      case SUBMITTING -> queue.note(submitter.recover(chunk, snapshot), chunk, snapshot);
      case SUBMITTED -> poller.poll(chunk, snapshot, reachable);
      case ENDED -> {}
    }
  }

  /** Batches that don't end hold nothing up, as long as others are on their way. */
  private void giveUpIfAllAreStuck() {
    if (!chunks.isEmpty()
        && !chunks.any(chunk -> chunk.stuck == null || chunk.state() != State.SUBMITTED)) {
      failures.record(new ChunkException(chunks.all().get(0).stuck, null));
    }
  }
}
