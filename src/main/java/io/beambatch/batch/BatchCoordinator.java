package io.beambatch.batch;

import io.beambatch.batch.Listing.Depth;
import io.beambatch.batch.Submitter.Outcome;
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

  /** What is older has expired, whatever the list says of it. */
  private static final Duration OTHERS_HORIZON = Duration.ofHours(26);

  /** Times of the provider are in whole seconds, and not all from one clock. */
  private static final Duration PROVIDER_SKEW = Duration.ofMinutes(10);

  /** A batch that was created just now may not be found yet. */
  private static final Duration FIRST_SIGHT = Duration.ofMinutes(10);

  /** After so long creating batches, it is time to look how the others stand. */
  private static final Duration CREATING_AT_ONCE = Duration.ofMinutes(1);

  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  private final CoordinatorSettings settings;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Clock clock;
  private final Submitter submitter;
  private final Strays strays;
  private final Admission admission;
  private final Map<String, TrackedChunk> tracked = new LinkedHashMap<>();
  private int seen;
  private int ended;
  private long requests;
  private long answeredOfEnded;
  private @Nullable Instant unreachableSince;

  /** The provider has asked not to be called before. */
  private Instant quietUntil = Instant.MIN;

  private Instant lastChange;

  /** When a batch of ours last got further; a creation alone may be refused again. */
  private Instant lastProgress;

  private @Nullable BatchException problem;

  BatchCoordinator(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.settings = settings;
    this.provider = provider;
    this.ledger = ledger;
    this.clock = clock;
    this.admission = new Admission(settings.job().limits());
    this.strays = new Strays(settings.run(), provider, ledger, settings.outage());
    this.submitter = new Submitter(settings, provider, clock, admission, strays);
    this.lastChange = clock.instant();
    // Whoever looks only once goes by what the ledger says.
    this.lastProgress = settings.mode().leavesRest() ? Instant.EPOCH : lastChange;
  }

  /**
   * Takes a chunk on, from wherever it stands in the ledger; one that is known already is ignored.
   */
  void track(Chunk chunk) throws IOException {
    if (!tracked.containsKey(chunk.id())) {
      Instant now = clock.instant();
      if (settings.mode() == AwaitMode.CANCEL) {
        // What is in the ledger can't be sent by others behind our back.
        ledger.create(chunk.id(), BatchEntry.unwanted(settings.run().created(), now));
      }
      TrackedChunk taken = new TrackedChunk(chunk, ledger, settings.mode(), now);
      tracked.put(chunk.id(), taken);
      if (taken.state() == State.ENDED) {
        Instant end = Instant.ofEpochMilli(taken.entry().since());
        lastProgress = end.isAfter(lastProgress) ? end : lastProgress;
      }
      seen++;
      requests += chunk.requests();
    }
  }

  /** Forgets all chunks but these: the others have meanwhile been handed out by another. */
  void retain(Set<String> chunkIds) {
    tracked.keySet().retainAll(chunkIds);
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  Optional<BatchException> problem() {
    return Optional.ofNullable(problem);
  }

  /** Whether nothing is left to do. */
  boolean isIdle() {
    return tracked.isEmpty() && strays.isEmpty();
  }

  /** Whether anything is left that the next steps can be expected to settle in a moment. */
  boolean isSettling() {
    Instant now = clock.instant();
    return !strays.isEmpty()
        || tracked.values().stream()
            .anyMatch(
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

  /**
   * How long to wait before the next step: little at first, for batches that are quick; but as long
   * as the provider asks.
   */
  Duration pause() {
    Instant now = clock.instant();
    Duration tenth = Duration.between(lastChange, now).dividedBy(10);
    Duration pause = longer(SHORTEST_PAUSE, tenth);
    Duration longest = settings.job().poll().interval();
    return longer(
        pause.compareTo(longest) > 0 ? longest : pause,
        now.isBefore(quietUntil) ? Duration.between(now, quietUntil) : Duration.ZERO);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /**
   * Looks once, submits what may be submitted, and hands out the chunks whose batches have ended.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, a batch
   *     doesn't end
   */
  List<AwaitedChunk> step() throws IOException {
    Instant now = clock.instant();
    if (isIdle() || now.isBefore(quietUntil)) {
      return List.of();
    }
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
    if (!tracked.isEmpty()) {
      try {
        lookAndSubmit(now, done);
      } catch (ProviderException e) {
        bear(e, clock.instant());
      }
    }
    strays.cancel(now);
    publish();
    return done;
  }

  private void lookAndSubmit(Instant now, List<AwaitedChunk> done)
      throws IOException, ProviderException {
    Listing listing = look(now);
    ProviderException unreachable = null;
    for (TrackedChunk chunk : List.copyOf(tracked.values())) {
      try {
        follow(chunk, listing, now, unreachable == null).ifPresent(done::add);
      } catch (ProviderException e) {
        if (e.kind() != Kind.UNAVAILABLE && e.kind() != Kind.NO_REPLY) {
          throw e;
        }
        // Those that the list shows can be followed all the same.
        unreachable = e;
      } catch (ChunkException e) {
        leave(e);
      }
    }
    strays.lookFor(listing, now);
    if (settings.mode() != AwaitMode.CANCEL) {
      submitPlanned(listing, now);
    }
    if (unreachable != null) {
      throw unreachable;
    }
    unreachableSince = null;
    giveUpIfAllAreStuck();
  }

  /** Where another launch goes on, the other chunks go first. */
  private void leave(ChunkException e) {
    if (!settings.mode().leavesRest()) {
      throw e;
    }
    LOG.warn("a chunk is left where it is: {}", e.getMessage());
    problem = e;
  }

  private Listing look(Instant now) throws ProviderException {
    Set<String> wanted =
        tracked.values().stream()
            .map(chunk -> chunk.entry().batchId())
            .filter(id -> id != null)
            .collect(Collectors.toSet());
    boolean searching =
        tracked.values().stream().anyMatch(chunk -> chunk.entry().batchId() == null);
    // No batch is older than its input, and both times are the provider's own.
    Instant horizon =
        tracked.values().stream()
            .map(chunk -> Instant.ofEpochMilli(chunk.entry().uploaded()))
            .min(Instant::compareTo)
            .orElse(now)
            .minus(PROVIDER_SKEW);
    if (searching && admission.isLimited() && now.minus(OTHERS_HORIZON).isBefore(horizon)) {
      horizon = now.minus(OTHERS_HORIZON);
    }
    return Listing.read(provider, wanted, horizon, searching ? Depth.TO_HORIZON : Depth.AS_NEEDED);
  }

  private Optional<AwaitedChunk> follow(
      TrackedChunk chunk, Listing listing, Instant now, boolean reachable)
      throws IOException, ProviderException {
    switch (chunk.state()) {
      case PLANNED -> {
        if (submitter.adopt(chunk, listing)) {
          lastChange = now;
        } else if (settings.mode() == AwaitMode.CANCEL) {
          return giveUp(chunk, now);
        }
      }
      case SUBMITTING -> note(submitter.recover(chunk, listing, now), chunk, listing, now);
      case SUBMITTED -> {
        return look(chunk, listing, now, reachable);
      }
      case ENDED -> {
        // Another launch has seen its end just now: it is handed out at the next step.
      }
    }
    return Optional.empty();
  }

  /** Ends a chunk that has no batch and gets none any more. */
  private Optional<AwaitedChunk> giveUp(TrackedChunk chunk, Instant now) throws IOException {
    BatchEnd end = new BatchEnd(BatchStatus.CANCELLED, null, null, List.of());
    return chunk.advance(chunk.entry().ended(end, now))
        ? Optional.of(handOut(chunk))
        : Optional.empty();
  }

  private void note(Outcome outcome, TrackedChunk chunk, Listing listing, Instant now) {
    if (outcome == Outcome.SUBMITTED) {
      lastChange = now;
    } else if (outcome == Outcome.NO_ROOM) {
      admission.refused(underWay(chunk).plus(others(listing)), clock.instant());
    }
  }

  private Optional<AwaitedChunk> look(
      TrackedChunk chunk, Listing listing, Instant now, boolean reachable)
      throws IOException, ProviderException {
    Batch batch = listing.byId(chunk.entry().batchId());
    if (batch == null && reachable) {
      batch = get(chunk, now);
    }
    if (batch == null) {
      return Optional.empty();
    }
    noteProgress(chunk, batch, now);
    if (!batch.status().ended()) {
      heedDeadline(chunk, batch, now);
      return Optional.empty();
    }
    BatchError money = Transient.wantOfMoney(batch);
    if (money != null) {
      chunk.advance(chunk.entry().putBack(now));
      throw new BatchException(
          Submitter.OUT_OF_MONEY
              + ", then run the same command again to go on (batch "
              + batch.id()
              + " failed: "
              + money.message()
              + ")",
          null);
    }
    if (Transient.isNoFaultOfTheData(batch)) {
      putBack(chunk, batch, listing, now);
      return Optional.empty();
    }
    if (!EndedBatch.showsItsResults(batch)) {
      Long over = chunk.entry().times().over();
      if (over == null) {
        chunk.advance(chunk.entry().over(now));
        return Optional.empty();
      }
      if (now.isBefore(chunk.waitedFor(over).plus(settings.resultGrace()))) {
        return Optional.empty();
      }
      LOG.warn(
          "batch {} is {} but has shown no complete result files for {} (poll.grace); going on with"
              + " what is there",
          batch.id(),
          batch.status().code(),
          settings.resultGrace());
    }
    return finish(chunk, batch, now);
  }

  /** A batch that the list doesn't show, or null if it can't be expected to be found yet. */
  private @Nullable Batch get(TrackedChunk chunk, Instant now) throws ProviderException {
    String batchId = chunk.entry().batchId();
    try {
      return provider.get(batchId);
    } catch (ProviderException e) {
      if (e.kind() != Kind.NOT_FOUND) {
        throw e;
      }
      if (now.isBefore(Instant.ofEpochMilli(chunk.entry().since()).plus(FIRST_SIGHT))) {
        LOG.info("batch {} can't be found yet: {}", batchId, e.getMessage());
        return null;
      }
      throw new BatchException(
          "the provider doesn't know batch "
              + batchId
              + ", which this run created; use the key of the project that it was created with ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private void noteProgress(TrackedChunk chunk, Batch batch, Instant now) {
    boolean accepted =
        batch.status() != BatchStatus.VALIDATING && batch.status() != BatchStatus.FAILED;
    long answered =
        Math.min(chunk.chunk().requests(), Enqueued.sum(batch.completed(), batch.failed()));
    if ((accepted && !chunk.accepted) || answered > chunk.answered) {
      lastProgress = now;
    }
    chunk.accepted |= accepted;
    chunk.answered = Math.max(chunk.answered, answered);
  }

  private void heedDeadline(TrackedChunk chunk, Batch batch, Instant now) throws IOException {
    boolean unwanted = settings.mode() == AwaitMode.CANCEL;
    // Not by the provider's time of creation: its clock, or ours, may be wrong.
    Instant submitted = Instant.ofEpochMilli(chunk.entry().since());
    if (!unwanted && now.isBefore(submitted.plus(settings.job().poll().deadline()))) {
      return;
    }
    Long before = chunk.entry().times().cancelled();
    Instant cancelled = before == null ? now : chunk.waitedFor(before);
    if (before == null) {
      if (unwanted) {
        LOG.info("cancelling batch {}", batch.id());
      } else {
        LOG.warn(
            "batch {} is still {} after {} (poll.deadline): cancelling it; what was answered is"
                + " kept",
            batch.id(),
            batch.status().code(),
            settings.job().poll().deadline());
      }
      if (!chunk.advance(chunk.entry().cancelled(now))) {
        return;
      }
      lastChange = now;
      lastProgress = now;
    }
    if (batch.status() != BatchStatus.CANCELLING) {
      try {
        provider.cancel(batch.id());
      } catch (ProviderException e) {
        // It may have ended meanwhile; if not, it is tried again, but not for ever.
        LOG.warn("batch {} could not be cancelled yet: {}", batch.id(), e.getMessage());
      }
    }
    if (now.isAfter(cancelled.plus(settings.cancelGrace()))) {
      chunk.stuck =
          "batch "
              + batch.id()
              + " was cancelled but is still "
              + batch.status().code()
              + " "
              + settings.cancelGrace()
              + " later; look at it at the provider, then run the same command again";
    }
  }

  /** Batches that don't end hold nothing up, as long as others are on their way. */
  private void giveUpIfAllAreStuck() {
    if (!tracked.isEmpty()
        && tracked.values().stream()
            .allMatch(chunk -> chunk.stuck != null && chunk.state() == State.SUBMITTED)) {
      leave(new ChunkException(tracked.values().iterator().next().stuck, null));
    }
  }

  private void putBack(TrackedChunk chunk, Batch batch, Listing listing, Instant now)
      throws IOException {
    BatchError error = batch.errors().get(0);
    LOG.info("batch {} was not taken ({}): trying again later", batch.id(), error.code());
    if (Transient.isTokenLimit(error)) {
      chunk.fileMissingSince = null;
      chunk.refusal = error.message();
      admission.refused(underWay(chunk).plus(others(listing)), now);
    } else {
      submitter.fileIsMissing(chunk, now, error.message());
    }
    chunk.advance(chunk.entry().putBack(now));
    lastChange = now;
  }

  private Optional<AwaitedChunk> finish(TrackedChunk chunk, Batch batch, Instant now)
      throws IOException {
    LOG.info(
        "batch {} ({}) ended: {}, {} of {} requests answered",
        batch.id(),
        chunk.chunk().id(),
        batch.status().code(),
        batch.completed(),
        chunk.chunk().requests());
    if (batch.status() != BatchStatus.FAILED) {
      admission.freed(Enqueued.of(chunk.chunk()));
    }
    lastChange = now;
    lastProgress = now;
    chunk.advance(
        chunk
            .entry()
            .ended(
                new BatchEnd(
                    batch.status(), batch.outputFileId(), batch.errorFileId(), batch.errors()),
                now));
    // Another launch may have seen more, or made something else of it.
    return chunk.state() == State.ENDED ? Optional.of(handOut(chunk)) : Optional.empty();
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

  /** Oldest first; a smaller one may pass, but not for ever. */
  private void submitPlanned(Listing listing, Instant now) throws IOException {
    List<TrackedChunk> planned =
        tracked.values().stream().filter(chunk -> chunk.state() == State.PLANNED).toList();
    if (!planned.isEmpty() && ledger.isCancelled()) {
      throw new BatchException(
          "run "
              + settings.run().run()
              + " was cancelled: nothing of it is sent any more; cancel it again to collect what was"
              + " answered",
          null);
    }
    Enqueued others = planned.isEmpty() ? Enqueued.NONE : others(listing);
    for (TrackedChunk chunk : planned) {
      Instant current = clock.instant();
      if (Thread.currentThread().isInterrupted() || current.isAfter(now.plus(CREATING_AT_ONCE))) {
        break;
      }
      if (!isSubmittable(chunk) || current.isBefore(chunk.notBefore)) {
        continue;
      }
      if (admission.allows(Enqueued.of(chunk.chunk()), underWay(chunk).plus(others), current)) {
        submit(chunk, listing, now);
      } else if (current.isAfter(chunk.since.plus(settings.job().poll().deadline()))) {
        break;
      }
    }
    for (TrackedChunk chunk : tracked.values()) {
      requirePatience(chunk, now);
    }
  }

  private void submit(TrackedChunk chunk, Listing listing, Instant now) throws IOException {
    try {
      note(submitter.submit(chunk, listing), chunk, listing, now);
    } catch (ChunkException e) {
      leave(e);
    }
  }

  private boolean isSubmittable(TrackedChunk chunk) {
    if (chunk.entry().fileId() == null) {
      leave(
          new ChunkException(
              "the input of chunk "
                  + chunk.chunk().id()
                  + " could not be found at the provider any more; run the same command again to upload"
                  + " it anew",
              null));
      return false;
    }
    if (!admission.canEverAllow(Enqueued.of(chunk.chunk()))) {
      leave(
          new ChunkException(
              "chunk "
                  + chunk.chunk().id()
                  + " ("
                  + chunk.chunk().tokens()
                  + " tokens, "
                  + chunk.chunk().requests()
                  + " requests) is over limits.enqueued_tokens or limits.enqueued_requests, so that it"
                  + " can never be submitted; raise them, and run the same command again",
              null));
      return false;
    }
    return true;
  }

  /**
   * A chunk may wait for its turn as long as batches of the run get on; but not for batches of
   * others, or for a provider that takes none, without end.
   */
  private void requirePatience(TrackedChunk chunk, Instant now) {
    if (chunk.entry().batchId() != null) {
      return;
    }
    Instant since = chunk.since.isAfter(lastProgress) ? chunk.since : lastProgress;
    // However short the deadline is, an outage is borne.
    Duration patience = settings.job().poll().deadline().plus(settings.outage());
    if (now.isAfter(since.plus(patience))) {
      leave(
          new ChunkException(
              "chunk "
                  + chunk.chunk().id()
                  + " could not be submitted, and none of the run's batches has got on since "
                  + since
                  + ": the provider, limits.enqueued_tokens, or the batches of other runs leave no room"
                  + " for its "
                  + chunk.chunk().tokens()
                  + " tokens; run the same command again to go on"
                  + (chunk.refusal == null ? "" : " (the provider said: " + chunk.refusal + ")"),
              null));
    }
  }

  /** What all but this coordinator have under way. */
  private Enqueued others(Listing listing) {
    Set<String> ours =
        tracked.values().stream()
            .filter(BatchCoordinator::isUnderWay)
            .map(chunk -> chunk.chunk().id())
            .map(settings.run()::key)
            .collect(Collectors.toSet());
    Instant oldest = clock.instant().minus(OTHERS_HORIZON);
    return listing.all().stream()
        .filter(batch -> !batch.createdAt().isBefore(oldest))
        .filter(batch -> !ours.contains(String.valueOf(BatchMetadata.key(batch))))
        .map(batch -> BatchMetadata.enqueued(batch, settings.job().request()))
        .reduce(Enqueued.NONE, Enqueued::plus);
  }

  private Enqueued underWay(TrackedChunk except) {
    return tracked.values().stream()
        .filter(chunk -> chunk != except && isUnderWay(chunk))
        .map(chunk -> Enqueued.of(chunk.chunk()))
        .reduce(Enqueued.NONE, Enqueued::plus);
  }

  private static boolean isUnderWay(TrackedChunk chunk) {
    return chunk.state() == State.SUBMITTING || chunk.state() == State.SUBMITTED;
  }

  /** Lives through an outage of bounded length; anything else ends the run. */
  private void bear(ProviderException e, Instant now) {
    if (e.kind() != Kind.UNAVAILABLE && e.kind() != Kind.NO_REPLY) {
      throw Submitter.fatal(e);
    }
    if (e.retryAfter() != null) {
      quietUntil = now.plus(e.retryAfter());
    }
    if (unreachableSince == null) {
      unreachableSince = now;
    }
    boolean once = settings.mode().leavesRest();
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
