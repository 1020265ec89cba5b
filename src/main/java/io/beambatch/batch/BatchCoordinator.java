package io.beambatch.batch;

import io.beambatch.batch.Listing.Depth;
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
 *   <li><em>planned</em> – {@link SubmissionQueue} says whose turn it is, by what {@link Admission}
 *       lets under way, and {@link Submitter} creates the batch;
 *   <li><em>submitting</em> – {@link Submitter} finds out what became of the creation;
 *   <li><em>submitted</em> – {@link BatchWatch} looks how the batch stands, and {@link Deadline}
 *       cancels it when its time is over;
 *   <li><em>ended</em> – the chunk is handed out and forgotten.
 * </ul>
 *
 * {@link Outage} bears a provider that is out of reach, and {@link Strays} sees to batches that
 * should not be.
 */
final class BatchCoordinator {
  /** Times of the provider are in whole seconds, and not all from one clock. */
  private static final Duration PROVIDER_SKEW = Duration.ofMinutes(10);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Clock clock;
  private final TrackedChunks chunks = new TrackedChunks();
  private final Problems problems;
  private final Outage outage;
  private final Pulse pulse;
  private final Admission admission;
  private final Strays strays;
  private final Submitter submitter;
  private final SubmissionQueue queue;
  private final BatchWatch watch;

  BatchCoordinator(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.settings = settings;
    this.provider = provider;
    this.ledger = ledger;
    this.clock = clock;
    this.problems = new Problems(settings.mode());
    this.outage = new Outage(settings);
    this.pulse = new Pulse(settings.mode(), clock.instant());
    this.admission = new Admission(settings.inference().limits());
    this.strays = new Strays(settings.run(), provider, ledger, settings.outage());
    this.submitter = new Submitter(settings, provider, clock, admission, strays);
    UnderWay underWay = new UnderWay(settings, chunks, clock);
    this.queue =
        new SubmissionQueue(
            settings, ledger, clock, chunks, submitter, admission, underWay, pulse, problems);
    this.watch = new BatchWatch(settings, provider, clock, submitter, admission, underWay, pulse);
  }

  /**
   * Takes a chunk on, from wherever it stands in the ledger; one that is known already is ignored.
   */
  void track(Chunk chunk) throws IOException {
    if (chunks.contains(chunk.id())) {
      return;
    }
    Instant now = clock.instant();
    if (settings.mode() == AwaitMode.CANCEL) {
      // What is in the ledger can't be sent by others behind our back.
      ledger.create(chunk.id(), BatchEntry.unwanted(settings.run().created(), now));
    }
    TrackedChunk taken = new TrackedChunk(chunk, ledger, settings.mode(), now);
    chunks.add(taken);
    if (taken.state() == State.ENDED) {
      pulse.progressed(Instant.ofEpochMilli(taken.entry().since()));
    }
  }

  /** Forgets all chunks but these: the others have meanwhile been handed out by another. */
  void retain(Set<String> chunkIds) {
    chunks.retain(chunkIds);
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  Optional<BatchException> problem() {
    return problems.last();
  }

  /** Whether nothing is left to do. */
  boolean isIdle() {
    return chunks.isEmpty() && strays.isEmpty();
  }

  /** Whether anything is left that the next steps can be expected to settle in a moment. */
  boolean isSettling() {
    Instant now = clock.instant();
    return !strays.isEmpty()
        || chunks.any(
            chunk ->
                switch (chunk.state()) {
                  case PLANNED ->
                      chunk.entry().fileId() != null
                          && (now.isBefore(chunk.notBefore) || admission.isWaiting(now));
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
    Duration pause = pulse.pause(settings.inference().poll().interval(), now);
    Duration quiet = outage.quiet(now);
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
    if (isIdle() || !outage.quiet(now).isZero()) {
      return List.of();
    }
    for (TrackedChunk chunk : chunks.in(State.SUBMITTING)) {
      chunk.reload();
    }
    List<AwaitedChunk> done = new ArrayList<>();
    for (TrackedChunk chunk : chunks.in(State.ENDED)) {
      done.add(chunks.handOut(chunk));
    }
    if (!chunks.isEmpty()) {
      try {
        lookAndSubmit(now, done);
      } catch (ProviderException e) {
        outage.bear(e, clock.instant());
      }
    }
    strays.cancel(now);
    chunks.publish();
    return done;
  }

  private void lookAndSubmit(Instant now, List<AwaitedChunk> done)
      throws IOException, ProviderException {
    Listing listing = list(now);
    ProviderException unreachable = null;
    for (TrackedChunk chunk : chunks.all()) {
      try {
        takeOn(chunk, listing, now, unreachable == null);
      } catch (ProviderException e) {
        if (!Outage.isOne(e)) {
          throw e;
        }
        // Those that the list shows can be followed all the same.
        unreachable = e;
      } catch (ChunkException e) {
        problems.leave(e);
      }
      // Whether by this step, or because another launch has seen its end.
      if (chunk.state() == State.ENDED) {
        done.add(chunks.handOut(chunk));
      }
    }
    strays.lookFor(listing, now);
    if (settings.mode() != AwaitMode.CANCEL) {
      queue.submitPlanned(listing, now);
    }
    if (unreachable != null) {
      throw unreachable;
    }
    outage.isOver();
    giveUpIfAllAreStuck();
  }

  private Listing list(Instant now) throws ProviderException {
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
    if (searching && admission.isLimited() && now.minus(UnderWay.HORIZON).isBefore(horizon)) {
      horizon = now.minus(UnderWay.HORIZON);
    }
    return Listing.read(provider, wanted, horizon, searching ? Depth.TO_HORIZON : Depth.AS_NEEDED);
  }

  private void takeOn(TrackedChunk chunk, Listing listing, Instant now, boolean reachable)
      throws IOException, ProviderException {
    switch (chunk.state()) {
      case PLANNED -> {
        Optional<Outcome> adopted = submitter.adopt(chunk, listing);
        if (adopted.isPresent()) {
          queue.note(adopted.get(), chunk, listing, now);
        } else if (settings.mode() == AwaitMode.CANCEL) {
          // It has no batch, and gets none any more.
          BatchEnd end = new BatchEnd(BatchStatus.CANCELLED, null, null, List.of());
          chunk.advance(chunk.entry().ended(end, now));
        }
      }
      case SUBMITTING -> queue.note(submitter.recover(chunk, listing, now), chunk, listing, now);
      case SUBMITTED -> watch.look(chunk, listing, now, reachable);
      case ENDED -> {}
    }
  }

  /** Batches that don't end hold nothing up, as long as others are on their way. */
  private void giveUpIfAllAreStuck() {
    if (!chunks.isEmpty()
        && !chunks.any(chunk -> chunk.stuck == null || chunk.state() != State.SUBMITTED)) {
      problems.leave(new ChunkException(chunks.all().get(0).stuck, null));
    }
  }
}
