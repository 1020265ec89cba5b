package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.JsonCoder;
import java.io.IOException;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;

/** Gathers all chunks of bounded input, then does all that is to be done in one callback. */
final class AwaitFn extends DoFn<KV<String, Chunk>, AwaitedChunk> {
  private final CoordinatorFactory factory;

  @StateId("chunks")
  private final StateSpec<BagState<Chunk>> chunksSpec = StateSpecs.bag(JsonCoder.of(Chunk.class));

  @TimerId("end")
  private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  AwaitFn(CoordinatorFactory factory) {
    this.factory = factory;
  }

  @ProcessElement
  public void process(
      @Element KV<String, Chunk> element,
      BoundedWindow window,
      @StateId("chunks") BagState<Chunk> chunks,
      @TimerId("end") Timer end) {
    chunks.add(element.getValue());
    end.set(window.maxTimestamp());
  }

  @OnTimer("end")
  public void onEnd(@StateId("chunks") BagState<Chunk> chunks, OutputReceiver<AwaitedChunk> out)
      throws IOException, InterruptedException {
    // A new coordinator each time: the ledger is what is known, not this worker's memory.
    try (CoordinatorSession coordinator = factory.open()) {
      coordinator.run(chunks.read(), Sleeper.SYSTEM, out::output);
    }
    chunks.clear();
  }
}
