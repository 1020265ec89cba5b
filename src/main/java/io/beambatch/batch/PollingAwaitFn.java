package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.JsonCoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
import org.joda.time.Duration;

/**
 * Submits the chunks of unbounded input as they come, looks after them at every interval, and
 * awaits what is left when the input ends.
 */
final class PollingAwaitFn extends DoFn<KV<String, Chunk>, AwaitedChunk> {
  private final CoordinatorFactory factory;
  private final Duration interval;

  @StateId("chunks")
  private final StateSpec<BagState<Chunk>> chunksSpec = StateSpecs.bag(JsonCoder.of(Chunk.class));

  @TimerId("poll")
  private final TimerSpec pollSpec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

  @TimerId("end")
  private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  private transient CoordinatorSession coordinator;

  PollingAwaitFn(CoordinatorFactory factory, Duration interval) {
    this.factory = factory;
    this.interval = interval;
  }

  @Setup
  public void setup() {
    coordinator = factory.open();
  }

  @ProcessElement
  public void process(
      @Element KV<String, Chunk> element,
      BoundedWindow window,
      @StateId("chunks") BagState<Chunk> chunks,
      @TimerId("poll") Timer poll,
      @TimerId("end") Timer end) {
    chunks.add(element.getValue());
    poll.offset(Duration.ZERO).setRelative();
    end.set(window.maxTimestamp());
  }

  @OnTimer("poll")
  public void onPoll(
      @StateId("chunks") BagState<Chunk> chunks,
      @TimerId("poll") Timer poll,
      OutputReceiver<AwaitedChunk> out)
      throws IOException {
    List<Chunk> waiting = new ArrayList<>();
    chunks.read().forEach(waiting::add);
    List<AwaitedChunk> done = coordinator.step(waiting);
    done.forEach(out::output);
    Set<String> ended =
        done.stream().map(awaited -> awaited.chunk().id()).collect(Collectors.toSet());
    waiting.removeIf(chunk -> ended.contains(chunk.id()));
    chunks.clear();
    waiting.forEach(chunks::add);
    if (!waiting.isEmpty()) {
      poll.offset(interval).setRelative();
    }
  }

  @OnTimer("end")
  public void onEnd(@StateId("chunks") BagState<Chunk> chunks, OutputReceiver<AwaitedChunk> out)
      throws IOException, InterruptedException {
    coordinator.await(chunks.read(), Sleeper.SYSTEM, out::output);
    chunks.clear();
  }

  @Teardown
  public void teardown() {
    if (coordinator != null) {
      coordinator.close();
    }
  }
}
