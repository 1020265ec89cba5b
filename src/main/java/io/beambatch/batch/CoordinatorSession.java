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

/**
 * A coordinator with its connection to the provider, and the loop that steps it and waits. {@link
 * AwaitBatches} and {@link BatchWatch} both work through a session.
 */
final class CoordinatorSession implements AutoCloseable {
  /**
   * How long to stay for what settles by itself, as a multiple of the time that one such wait
   * takes.
   */
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

    /** Opens sessions of a run that report events. */
    static Factory of(
        CoordinatorSettings settings,
        RunFolder folder,
        ProviderFactory providers,
        BatchEvents events) {
      return () ->
          new CoordinatorSession(
              CoordinatorContext.open(settings, folder, providers).withEvents(events),
              Contents.in(folder));
    }
  }

  /**
   * Polls these chunks once, and no others: a runner may alternate between several coordinators of
   * one pool, and one may remember a chunk that another has emitted. A chunk that was set aside is
   * tried again after a while.
   */
  void step(List<Chunk> chunks, Consumer<AwaitedChunk> done) throws IOException {
    coordinator.retain(chunks.stream().map(Chunk::id).collect(Collectors.toSet()));
    BatchException refusal = null;
    for (Chunk chunk : chunks) {
      if (coordinator.isSetAside(chunk.id())
          || (refusal != null && !context.ledger().has(chunk.id()))) {
        continue;
      }
      try {
        coordinator.track(chunk);
      } catch (BatchException e) {
        // Refused uploads must not hold back the batches that exist.
        refusal = e;
      }
    }
    coordinator.step(done);
    if (refusal != null) {
      throw refusal;
    }
  }

  /** Reads the ledger's entries of many chunks in a few calls, before they are processed. */
  void readAhead(List<Chunk> chunks) throws IOException {
    context.ledger().readAhead(chunks.stream().map(Chunk::id).toList());
  }

  /** Stays with these chunks as long as the settings say, and emits those that have ended. */
  void run(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
      throws IOException, InterruptedException {
    switch (context.settings().waitPolicy()) {
      case UNTIL_ENDED -> await(chunks, sleeper, done);
      case ONE_POLL -> pollOnce(chunks, sleeper, done);
    }
  }

  /**
   * Polls once. It still waits for what settles within seconds: a creation whose reply was lost, an
   * upload that can't be found yet, a provider that accepts no creations for the moment.
   */
  void pollOnce(Iterable<Chunk> chunks, Sleeper sleeper, Consumer<AwaitedChunk> done)
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

  /** Polls all tracked chunks, and emits those that have ended. */
  void step(Consumer<AwaitedChunk> done) throws IOException {
    coordinator.step(done);
  }

  /**
   * Returns whether the only remaining chunks are those that are not admitted before others have
   * been joined.
   */
  boolean isHeld() {
    return coordinator.isHeld();
  }

  /** Polls once more, and sets aside or ends those that are still not admitted. */
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

  /** Returns whether no chunk is left to process. */
  boolean isIdle() {
    return coordinator.isIdle();
  }

  /** Returns whether the run is cancelled. */
  boolean isCancelled() throws IOException {
    return context.ledger().isCancelled();
  }

  /** Why a chunk was set aside; it doesn't hold up the others. */
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

  /** Adds chunks, each in the state that the ledger has for it. */
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
