package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Submits, polls and cancels a run's batches without a pipeline, by the same rules as {@link
 * AwaitBatches} does inside one. It keeps the results in the ledger, where the launcher sees what a
 * pipeline has to do. While it is open, it remembers the pauses that the provider asked for, and
 * when its waits began.
 */
public final class BatchWatch implements AutoCloseable {
  /** Bounds how long a cancellation by another process goes unnoticed. */
  private static final Duration BETWEEN_LOOKS_AT_THE_LEDGER = Duration.ofSeconds(3);

  private final CoordinatorSession session;
  private final Clock clock;
  private final Sleeper sleeper;
  private final Set<String> known = new HashSet<>();
  private Instant nextStep = Instant.MIN;
  private boolean cancelled;
  private boolean ended;

  BatchWatch(CoordinatorSession session, Clock clock, Sleeper sleeper) {
    this.session = session;
    this.clock = clock;
    this.sleeper = sleeper;
  }

  /**
   * Opens a watch.
   *
   * @param settings their policy limits how long waits may last
   */
  public static BatchWatch open(
      CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    return new BatchWatch(
        CoordinatorSession.Factory.of(settings, folder, providers).open(),
        Clock.systemUTC(),
        Sleeper.SYSTEM);
  }

  /**
   * Adds chunks, in whatever state they are; chunks that are tracked already are ignored. A chunk
   * that is not uploaded yet is uploaded; a chunk of a cancelled run ends without a batch.
   */
  public void track(List<Chunk> chunks) throws IOException {
    List<Chunk> unknown = chunks.stream().filter(chunk -> known.add(chunk.id())).toList();
    if (!unknown.isEmpty()) {
      session.readAhead(unknown);
      session.track(unknown);
      nextStep = Instant.MIN;
    }
  }

  /** Polls all tracked chunks once, and submits what may be submitted. */
  public void pollOnce() throws IOException, InterruptedException {
    session.pollOnce(List.of(), sleeper, chunk -> ended = true);
  }

  /**
   * Polls, if it is due.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, or the
   *     provider is out of reach for too long
   */
  public void lookIfDue() throws IOException {
    boolean due = hasCome(nextStep);
    if (!session.isIdle() && (due || isCancelledMeanwhile())) {
      session.step(chunk -> ended = true);
      nextStep = clock.instant().plus(session.pause());
    }
  }

  private boolean isCancelledMeanwhile() throws IOException {
    boolean before = cancelled;
    cancelled = before || session.isCancelled();
    return cancelled && !before;
  }

  /**
   * Waits until a batch has ended since the last call, or nothing is left to wait for.
   *
   * @param earliest when to return for a batch that has ended while others continue, or wait for
   *     its results to be joined
   */
  public void awaitEnd(Instant earliest) throws IOException, InterruptedException {
    lookIfDue();
    while (!session.isIdle() && !session.isHeld() && !(ended && hasCome(earliest))) {
      sleep(ended ? earliest : Instant.MAX);
      lookIfDue();
    }
    ended = false;
  }

  /** Waits until a point in time. */
  public void awaitTime(Instant time) throws IOException, InterruptedException {
    while (!hasCome(time)) {
      sleep(time);
      lookIfDue();
    }
  }

  /** Sleeps until the next poll is due, but not beyond a point in time. */
  private void sleep(Instant most) throws InterruptedException {
    Instant now = clock.instant();
    Instant until = now.plus(BETWEEN_LOOKS_AT_THE_LEDGER);
    until = nextStep.isBefore(until) && !session.isIdle() ? nextStep : until;
    until = most.isBefore(until) ? most : until;
    sleeper.sleep(until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO);
  }

  private boolean hasCome(Instant time) {
    return !clock.instant().isBefore(time);
  }

  /**
   * The provider outage that made a pipeline fail, after which the pipeline may be launched again.
   *
   * @param longest the longest outage to wait for
   * @throws BatchException if the provider asks for a longer wait
   */
  public static Optional<ProviderException> outage(Throwable failure, Duration longest) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProviderException e) {
        if (!ProviderHealth.isOutage(e)) {
          return Optional.empty();
        }
        ProviderHealth.checkWait(e, longest);
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }

  /**
   * Sets chunks aside that are not admitted, or ends them, if no others are left. Call it when
   * everything that has ended is joined: only then is the decision final.
   */
  public void turnAwayHeld() throws IOException {
    if (session.isHeld()) {
      session.turnAwayHeld(chunk -> ended = true);
    }
  }

  /** Returns whether nothing is left but chunks that are not admitted yet. */
  public boolean isHeld() {
    return session.isHeld();
  }

  /** Returns whether no chunk is left to process. */
  public boolean isIdle() {
    return session.isIdle();
  }

  /** Why a chunk was set aside, if one was. */
  public Optional<BatchException> failure() {
    return session.failure();
  }

  @Override
  public void close() {
    session.close();
  }
}
