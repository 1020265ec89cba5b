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
 * Looks after a run's batches without a pipeline: submits, polls and cancels them just as {@link
 * AwaitBatches} does inside of one. What it finds out stands in the ledger, where the launcher sees
 * what there is to do for a pipeline. It remembers what a provider has asked for, and how long a
 * wait has lasted, for as long as it is open.
 */
public final class BatchWatch implements AutoCloseable {
  /** A run that another process cancels must not wait for the next look at its batches. */
  private static final Duration BETWEEN_LOOKS_AT_THE_LEDGER = Duration.ofSeconds(3);

  private final Clock clock = Clock.systemUTC();
  private final Sleeper sleeper = Sleeper.SYSTEM;
  private final CoordinatorSession session;
  private final Set<String> known = new HashSet<>();
  private Instant nextStep = Instant.MIN;
  private boolean cancelled;
  private boolean ended;

  private BatchWatch(CoordinatorSession session) {
    this.session = session;
  }

  /**
   * Opens a watch.
   *
   * @param settings say by their policy how long waits may last
   */
  public static BatchWatch open(
      CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    return new BatchWatch(CoordinatorSession.Factory.of(settings, folder, providers).open());
  }

  /**
   * Takes chunks up, from wherever they stand; those that it has taken up before are ignored. One
   * that is not uploaded yet is uploaded, and one of a cancelled run ends without a batch.
   */
  public void track(List<Chunk> chunks) throws IOException {
    List<Chunk> unknown = chunks.stream().filter(chunk -> known.add(chunk.id())).toList();
    if (!unknown.isEmpty()) {
      session.readAhead(unknown);
      session.track(unknown);
      nextStep = Instant.MIN;
    }
  }

  /** Looks once at all that was taken up, and submits what may be submitted. */
  public void lookOnce() throws IOException, InterruptedException {
    session.lookOnce(List.of(), sleeper, chunk -> ended = true);
  }

  /**
   * Looks, if it is time to.
   *
   * @throws BatchException if it can't go on: the key is refused, the quota is used up, the
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
   * Waits until a batch has ended since the last call, but not longer than there is anything to
   * wait for.
   *
   * @param earliest when to return for a batch that has ended while others go on, or wait for its
   *     results to be joined
   */
  public void awaitEnd(Instant earliest) throws IOException, InterruptedException {
    lookIfDue();
    while (!session.isIdle() && !session.isHeld() && !(ended && hasCome(earliest))) {
      sleep(ended ? earliest : Instant.MAX);
      lookIfDue();
    }
    ended = false;
  }

  /** Waits until a time has come. */
  public void awaitTime(Instant time) throws IOException, InterruptedException {
    while (!hasCome(time)) {
      sleep(time);
      lookIfDue();
    }
  }

  /** Until there is something to look at, and not longer than to a time. */
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
   * The outage of the provider that a pipeline has failed by, after which it may be repeated.
   *
   * @param longest how long an outage is waited out
   * @throws BatchException if the provider asks to wait for longer
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
   * Leaves or ends chunks that are not admitted, if there are no others left. To be called when all
   * that has ended is joined: only then is that decided.
   */
  public void turnAwayHeld() throws IOException {
    if (session.isHeld()) {
      session.turnAwayHeld(chunk -> ended = true);
    }
  }

  /** Whether nothing is left to look after. */
  public boolean isIdle() {
    return session.isIdle();
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  public Optional<BatchException> failure() {
    return session.failure();
  }

  @Override
  public void close() {
    session.close();
  }
}
