package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A coordinator with the connection that it holds. */
final class CoordinatorSession implements AutoCloseable {
  /** How long to stay with what settles by itself, in multiples of the time that one takes. */
  private static final int PATIENCE = 4;

  private final CoordinatorSettings settings;
  private final Clock clock;
  private final BatchProvider provider;
  private final BatchCoordinator coordinator;

  CoordinatorSession(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.provider = provider;
    this.coordinator = new BatchCoordinator(settings, provider, ledger, clock);
  }

  /**
   * Looks once after these chunks, and no others: a runner may turn to several coordinators of one
   * pool by turns, and what one remembers, another may have handed out.
   */
  List<AwaitedChunk> step(List<Chunk> chunks) throws IOException {
    coordinator.retain(chunks.stream().map(Chunk::id).collect(Collectors.toSet()));
    track(chunks);
    return coordinator.step();
  }

  /** Stays with these chunks as long as the settings say, and hands out those that have ended. */
  void run(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    switch (settings.waitPolicy()) {
      case UNTIL_ENDED -> await(chunks, sleeper, done);
      case ONE_LOOK -> lookOnce(chunks, sleeper, done);
    }
  }

  /**
   * Looks once. What is a matter of seconds is waited for all the same: a creation whose reply got
   * lost, an upload that can't be found yet, a provider that takes no creations for the moment.
   */
  private void lookOnce(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    track(chunks);
    Instant end = clock.instant().plus(settings.settle().multipliedBy(PATIENCE));
    coordinator.step().forEach(done);
    while (coordinator.isSettling() && clock.instant().isBefore(end)) {
      sleeper.sleep(coordinator.pause());
      coordinator.step().forEach(done);
    }
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  Optional<BatchException> failure() {
    return coordinator.failure();
  }

  /** Waits until the batches of all these chunks have ended. */
  void await(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    track(chunks);
    while (!coordinator.isIdle()) {
      coordinator.step().forEach(done);
      if (!coordinator.isIdle()) {
        sleeper.sleep(coordinator.pause());
      }
    }
  }

  private void track(Iterable<Chunk> chunks) throws IOException {
    for (Chunk chunk : chunks) {
      coordinator.track(chunk);
    }
  }

  @Override
  public void close() {
    coordinator.retire();
    provider.close();
  }
}
