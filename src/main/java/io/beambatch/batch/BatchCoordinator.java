package io.beambatch.batch;

import io.beambatch.batch.Listing.Depth;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.BatchEnd;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchError;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes chunks through the provider: submits each one exactly once, as the budget allows, looks how
 * the batches stand, and hands out those that have ended. It never waits by itself: its user calls
 * {@link #step} and waits {@link #pause} in between, so that a test can drive it with a clock of
 * its own, and a crash between any two calls is just another user who starts anew from the ledger.
 */
final class BatchCoordinator {
  private static final Logger LOG = LoggerFactory.getLogger(BatchCoordinator.class);

  /** What other runs have under way is at most this old. */
  private static final Duration OTHERS_HORIZON = Duration.ofHours(26);

  private static final Duration CLOCK_SKEW = Duration.ofMinutes(10);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Clock clock;
  private final Submitter submitter;
  private final Admission admission;
  private final Map<String, TrackedChunk> tracked = new LinkedHashMap<>();
  private int seen;
  private int ended;
  private long requests;
  private long answeredOfEnded;
  private @Nullable Instant unreachableSince;
  private Instant lastChange;

  /** When room was made last: chunks that wait for it get their time anew. */
  private Instant lastFinish;

  BatchCoordinator(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.settings = settings;
    this.provider = provider;
    this.ledger = ledger;
    this.clock = clock;
    this.admission = new Admission(settings.job().limits());
    this.submitter = new Submitter(settings, provider, clock, admission);
    this.lastChange = clock.instant();
    this.lastFinish = lastChange;
  }

  /**
   * Takes a chunk on, from wherever it stands in the ledger; one that is known already is ignored.
   */
  void track(Chunk chunk) throws IOException {
    if (!tracked.containsKey(chunk.id())) {
      tracked.put(chunk.id(), new TrackedChunk(chunk, ledger));
      seen++;
      requests += chunk.requests();
    }
  }

  /** Forgets all chunks but these: the others have meanwhile been handed out by another. */
  void retain(Set<String> chunkIds) {
    tracked.keySet().retainAll(chunkIds);
  }

  /** Whether nothing is left to wait for. */
  boolean isIdle() {
    return tracked.isEmpty();
  }

  /** Whether anything is left that the next steps can be expected to settle in a moment. */
  boolean isSettling() {
    Instant now = clock.instant();
    return tracked.values().stream()
        .anyMatch(
            chunk ->
                switch (chunk.state()) {
                  case PLANNED -> now.isBefore(chunk.notBefore) || admission.isWaiting(now);
                  case SUBMITTING -> submitter.mayRecover(chunk);
                  case SUBMITTED -> false;
                  case ENDED -> true;
                });
  }

  /** How long to wait before the next step: little at first, for batches that are quick. */
  Duration pause() {
    Duration tenth = Duration.between(lastChange, clock.instant()).dividedBy(10);
    Duration longest = settings.job().poll().interval();
    Duration pause = tenth.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : tenth;
    return pause.compareTo(longest) > 0 ? longest : pause;
  }

  /**
   * Looks once, submits what may be submitted, and hands out the chunks whose batches have ended.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, a batch
   *     doesn't end
   */
  List<AwaitedChunk> step() throws IOException {
    if (isIdle()) {
      return List.of();
    }
    Instant now = clock.instant();
    for (TrackedChunk chunk : tracked.values()) {
      if (chunk.state() == State.SUBMITTING) {
        chunk.reload();
      }
    }
    List<AwaitedChunk> done = new ArrayList<>();
    for (TrackedChunk chunk : List.copyOf(tracked.values())) {
      if (chunk.state() == State.ENDED) {
        done.add(handOut(chunk));
      }
    }
    if (isIdle()) {
      publish();
      return done;
    }
    try {
      Listing listing = look(now);
      unreachableSince = null;
      for (TrackedChunk chunk : List.copyOf(tracked.values())) {
        follow(chunk, listing, now).ifPresent(done::add);
      }
      submitPlanned(listing, now);
      submitter.settleOrphans(ledger);
    } catch (ProviderException e) {
      bear(e, now);
    }
    publish();
    return done;
  }

  private Listing look(Instant now) throws ProviderException {
    Set<String> wanted =
        tracked.values().stream()
            .map(chunk -> chunk.entry().batchId())
            .filter(id -> id != null)
            .collect(Collectors.toSet());
    boolean searching =
        tracked.values().stream().anyMatch(chunk -> chunk.entry().batchId() == null);
    Instant horizon = Instant.ofEpochMilli(settings.run().created()).minus(CLOCK_SKEW);
    if (searching && admission.isLimited() && now.minus(OTHERS_HORIZON).isBefore(horizon)) {
      horizon = now.minus(OTHERS_HORIZON);
    }
    return Listing.read(provider, wanted, horizon, searching ? Depth.TO_HORIZON : Depth.AS_NEEDED);
  }

  private Optional<AwaitedChunk> follow(TrackedChunk chunk, Listing listing, Instant now)
      throws IOException, ProviderException {
    return switch (chunk.state()) {
      case PLANNED -> Optional.empty();
      case SUBMITTING -> {
        if (submitter.recover(chunk, listing, now)) {
          lastChange = now;
        }
        yield Optional.empty();
      }
      case SUBMITTED -> look(chunk, listing, now);
      // Another launch has seen its end just now: it is handed out at the next step.
      case ENDED -> Optional.empty();
    };
  }

  private Optional<AwaitedChunk> look(TrackedChunk chunk, Listing listing, Instant now)
      throws IOException, ProviderException {
    Batch batch = find(chunk.entry().batchId(), listing);
    chunk.answered = Math.max(chunk.answered, batch.completed() + batch.failed());
    if (!batch.status().ended()) {
      heedDeadline(chunk, batch, now);
      return Optional.empty();
    }
    if (batch.status() == BatchStatus.FAILED && isNoFaultOfTheData(batch)) {
      putBack(chunk, batch, now);
      return Optional.empty();
    }
    if (!resultsAreThere(batch)) {
      if (chunk.overSince == null) {
        chunk.overSince = now;
      }
      // Whoever looks once and leaves never sees the grace run out: for them the deadline counts.
      Instant last =
          batch.createdAt().plus(settings.job().poll().deadline()).plus(settings.resultGrace());
      if (now.isBefore(chunk.overSince.plus(settings.resultGrace())) && now.isBefore(last)) {
        return Optional.empty();
      }
      LOG.warn(
          "batch {} is {} but has shown no complete result files for {} (poll.grace); going on with"
              + " what is there",
          batch.id(),
          batch.status().code(),
          settings.resultGrace());
    }
    return Optional.of(finish(chunk, batch, now));
  }

  private Batch find(String batchId, Listing listing) throws ProviderException {
    Batch listed = listing.byId(batchId);
    if (listed != null) {
      return listed;
    }
    try {
      return provider.get(batchId);
    } catch (ProviderException e) {
      if (e.kind() == Kind.NOT_FOUND) {
        throw new BatchException(
            "the provider doesn't know batch "
                + batchId
                + ", which this run created; use the key of the project that it was created with ("
                + e.getMessage()
                + ")",
            e);
      }
      throw e;
    }
  }

  private void heedDeadline(TrackedChunk chunk, Batch batch, Instant now) throws ProviderException {
    Instant deadline = batch.createdAt().plus(settings.job().poll().deadline());
    if (now.isBefore(deadline)) {
      return;
    }
    if (chunk.cancelledSince == null) {
      LOG.warn(
          "batch {} is still {} after {} (poll.deadline): cancelling it; what was answered is kept",
          batch.id(),
          batch.status().code(),
          settings.job().poll().deadline());
      provider.cancel(batch.id());
      chunk.cancelledSince = now;
      lastChange = now;
    } else if (now.isAfter(chunk.cancelledSince.plus(settings.cancelGrace()))) {
      throw new BatchException(
          "batch "
              + batch.id()
              + " was cancelled at poll.deadline but is still "
              + batch.status().code()
              + " "
              + settings.cancelGrace()
              + " later; look at it at the provider, then run the same command again",
          null);
    }
  }

  /** Limits that were reached and files that can't be found yet: the chunk itself is in order. */
  private static boolean isNoFaultOfTheData(Batch batch) {
    return !batch.errors().isEmpty() && batch.errors().stream().allMatch(Transient::isTransient);
  }

  private void putBack(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    BatchError error = batch.errors().get(0);
    LOG.info("batch {} was not taken ({}): trying again later", batch.id(), error.code());
    if (Transient.isTokenLimit(error)) {
      admission.refused(underWay(chunk), now);
    } else {
      submitter.fileIsMissing(chunk, now, error.message());
    }
    chunk.advance(BatchEntry.planned(chunk.entry().fileId(), now));
    lastChange = now;
  }

  private static boolean resultsAreThere(Batch batch) {
    if (batch.status() == BatchStatus.FAILED) {
      return true;
    }
    boolean output = batch.outputFileId() != null;
    boolean error = batch.errorFileId() != null;
    if (batch.status() == BatchStatus.COMPLETED && !output && !error) {
      return false;
    }
    return (output || batch.completed() == 0) && (error || batch.failed() == 0);
  }

  private AwaitedChunk finish(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    LOG.info(
        "batch {} ({}) ended: {}, {} of {} requests answered",
        batch.id(),
        chunk.chunk().id(),
        batch.status().code(),
        batch.completed(),
        chunk.chunk().requests());
    if (batch.status() != BatchStatus.FAILED) {
      admission.freed();
    }
    lastChange = now;
    lastFinish = now;
    chunk.advance(
        chunk
            .entry()
            .ended(
                new BatchEnd(
                    batch.status(), batch.outputFileId(), batch.errorFileId(), batch.errors()),
                now));
    return handOut(chunk);
  }

  private AwaitedChunk handOut(TrackedChunk chunk) {
    tracked.remove(chunk.chunk().id());
    ended++;
    answeredOfEnded += chunk.chunk().requests();
    BatchEnd end = chunk.entry().end();
    return new AwaitedChunk(
        chunk.chunk(),
        chunk.entry().batchId(),
        end.status(),
        end.outputFileId(),
        end.errorFileId(),
        end.errors());
  }

  private void submitPlanned(Listing listing, Instant now) throws IOException {
    Enqueued others =
        listing.all().stream()
            .filter(batch -> !isTracked(batch))
            .map(batch -> BatchMetadata.enqueued(batch, settings.job().request().model()))
            .reduce(Enqueued.NONE, Enqueued::plus);
    Iterator<TrackedChunk> planned =
        tracked.values().stream().filter(chunk -> chunk.state() == State.PLANNED).iterator();
    while (planned.hasNext()) {
      TrackedChunk chunk = planned.next();
      if (!now.isBefore(chunk.notBefore)
          && admission.allows(Enqueued.of(chunk.chunk()), underWay(chunk).plus(others), now)) {
        if (submitter.submit(chunk, listing)) {
          lastChange = now;
        }
      } else if (now.isAfter(lastFinish.plus(patienceForRoom()))) {
        throw new BatchException(
            "chunk "
                + chunk.chunk().id()
                + " could not be submitted within "
                + patienceForRoom()
                + " after the last batch that ended: the provider or limits.enqueued_tokens left no"
                + " room for its "
                + chunk.chunk().tokens()
                + " tokens; run the same command again to go on",
            null);
      }
    }
  }

  /** A chunk that waits for room bears what an outage may last, even if batches end sooner. */
  private Duration patienceForRoom() {
    Duration deadline = settings.job().poll().deadline();
    return deadline.compareTo(settings.outage()) < 0 ? settings.outage() : deadline;
  }

  private boolean isTracked(Batch batch) {
    return tracked.values().stream().anyMatch(chunk -> batch.id().equals(chunk.entry().batchId()));
  }

  private Enqueued underWay(TrackedChunk except) {
    return tracked.values().stream()
        .filter(chunk -> chunk != except)
        .filter(chunk -> chunk.state() == State.SUBMITTING || chunk.state() == State.SUBMITTED)
        .map(chunk -> Enqueued.of(chunk.chunk()))
        .reduce(Enqueued.NONE, Enqueued::plus);
  }

  /** Lives through an outage of bounded length; anything else ends the run. */
  private void bear(ProviderException e, Instant now) {
    if (e.kind() != Kind.UNAVAILABLE && e.kind() != Kind.NO_REPLY) {
      throw Submitter.fatal(e);
    }
    if (unreachableSince == null) {
      unreachableSince = now;
    }
    boolean once = settings.mode() != AwaitMode.UNTIL_ENDED;
    if (once || now.isAfter(unreachableSince.plus(settings.outage()))) {
      throw new BatchException(
          (once
                  ? "the provider is out of reach"
                  : "the provider has been out of reach for " + settings.outage())
              + "; its batches go on, run the same command again to collect them ("
              + e.getMessage()
              + ")",
          e);
    }
    LOG.warn("the provider is out of reach, trying again: {}", e.getMessage());
  }

  private void publish() {
    long answered = tracked.values().stream().mapToLong(chunk -> chunk.answered).sum();
    int submitted =
        (int) tracked.values().stream().filter(chunk -> chunk.entry().batchId() != null).count();
    new BatchProgress(seen, ended + submitted, ended, requests, answeredOfEnded + answered)
        .publish();
  }
}
