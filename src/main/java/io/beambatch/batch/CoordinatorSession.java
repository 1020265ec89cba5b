package io.beambatch.batch;

import io.beambatch.batch.ChunkUploader.Contents;
import io.beambatch.chunk.Chunk;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A coordinator with the connection that it holds, and with what it takes to wait. */
final class CoordinatorSession implements AutoCloseable {
  /** How long to stay with what settles by itself, in multiples of the time that one takes. */
  private static final int PATIENCE = 4;

  private final CoordinatorContext context;
  private final BatchCoordinator coordinator;

  CoordinatorSession(CoordinatorContext context, Contents contents) {
    this.context = context;
    this.coordinator = new BatchCoordinator(context, new ChunkUploader(context, contents));
  }

  /** Opens a session where it is needed, such as on the worker. */
  @FunctionalInterface
  interface Factory extends Serializable {
    CoordinatorSession open();

    /** Opens sessions of a run. */
    static Factory of(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
      return of(settings, folder, providers, BatchEvents.NONE);
    }

    /** The same, telling of events. */
    static Factory of(
        CoordinatorSettings settings,
        RunFolder folder,
        ProviderFactory providers,
        BatchEvents events) {
      return () ->
          new CoordinatorSession(
              CoordinatorContext.open(settings, folder, providers).telling(events),
              Contents.in(folder));
    }
  }

  /**
   * Looks once after these chunks, and no others: a runner may turn to several coordinators of one
   * pool by turns, and what one remembers, another may have handed out. A chunk that could not go
   * on is tried again after a while.
   */
  void step(List<Chunk> chunks, Consumer<AwaitedChunk> done) throws IOException {
    coordinator.retain(chunks.stream().map(Chunk::id).collect(Collectors.toSet()));
    BatchException refusal = null;
    for (Chunk chunk : chunks) {
      if (coordinator.isResting(chunk.id())
          || (refusal != null && !context.ledger().has(chunk.id()))) {
        continue;
      }
      try {
        coordinator.track(chunk);
      } catch (BatchException e) {
        // Uploads that are refused must not hold back the batches that are there.
        refusal = e;
      }
    }
    coordinator.step(done);
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Reads what the ledger says of many chunks in a few calls, before they are run. */
  void readAhead(List<Chunk> chunks) throws IOException {
    context.ledger().readAhead(chunks.stream().map(Chunk::id).toList());
  }

  /** Stays with these chunks as long as the settings say, and hands out those that have ended. */
  void run(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    switch (context.settings().waitPolicy()) {
      case UNTIL_ENDED -> await(chunks, sleeper, done);
      case ONE_LOOK -> lookOnce(chunks, sleeper, done);
    }
  }

  /**
   * Looks once. What is a matter of seconds is waited for all the same: a creation whose reply got
   * lost, an upload that can't be found yet, a provider that takes no creations for the moment.
   */
  void lookOnce(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    track(chunks);
    Instant end =
        context
            .clock()
            .instant()
            .plus(
                context
                    .settings()
                    .settle(context.provider().capabilities())
                    .multipliedBy(PATIENCE));
    coordinator.step(done);
    while (coordinator.isSettling() && context.clock().instant().isBefore(end)) {
      sleeper.sleep(coordinator.pause());
      coordinator.step(done);
    }
  }

  /** Looks how all chunks stand that were taken up, and hands out those that have ended. */
  void step(Consumer<AwaitedChunk> done) throws IOException {
    coordinator.step(done);
  }

  /** Whether nothing but chunks is left that are not admitted before others have been joined. */
  boolean isHeld() {
    return coordinator.isHeld();
  }

  /** Looks once more, and leaves or ends those that are still not admitted. */
  void turnAwayHeld(Consumer<AwaitedChunk> done) throws IOException {
    coordinator.step(done);
    if (coordinator.isHeld()) {
      coordinator.turnAwayHeld(done);
    }
  }

  /** How long to wait before the next step. */
  Duration pause() {
    return coordinator.pause();
  }

  /** Whether nothing is left to look after. */
  boolean isIdle() {
    return coordinator.isIdle();
  }

  /** Whether the run is cancelled. */
  boolean isCancelled() throws IOException {
    return context.ledger().isCancelled();
  }

  /** Why a chunk was left that could not go on; the others are not held up by it. */
  Optional<BatchException> failure() {
    return coordinator.failure();
  }

  /** Waits until the batches of all these chunks have ended. */
  void await(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    track(chunks);
    while (!coordinator.isIdle()) {
      coordinator.step(done);
      if (coordinator.isHeld()) {
        coordinator.turnAwayHeld(done);
      }
      if (!coordinator.isIdle()) {
        sleeper.sleep(coordinator.pause());
      }
    }
  }

  /** Takes chunks up, each from where it stands in the ledger. */
  void track(Iterable<Chunk> chunks) throws IOException {
    for (Chunk chunk : chunks) {
      coordinator.track(chunk);
    }
  }

  @Override
  public void close() {
    coordinator.retire();
    context.provider().close();
  }
}
