package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Sleeper;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A coordinator with the connection that it holds. */
final class OpenCoordinator implements AutoCloseable {
  private final BatchProvider provider;
  private final BatchCoordinator coordinator;

  OpenCoordinator(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
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
    provider.close();
  }
}
