package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.Limits;
import io.beambatch.job.Poll;
import io.beambatch.job.RequestSpec;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Submits uploaded chunks, each exactly once, and emits each one when its batch has ended. It is
 * one stateful DoFn, keyed by quota pool (provider, endpoint, model). It handles descriptors, never
 * payloads; a single key suffices because the provider allows 2,000 creations an hour.
 *
 * <p>The ledger holds each chunk's state. Every transition is a compare-and-set: if two processes
 * attempt the same one, the first succeeds, and the other continues from the state that results.
 *
 * <pre>
 *              room for it            created, or found           over
 *   planned ----------------> submitting -------------> submitted -----> ended
 *    |  ^                         |                         |             ^
 *    |  '-- refused for certain --'                         |             |
 *    |  '-- not taken: no room, or the input not found yet -'             |
 *    |                                                                    |
 *    '-- the run was cancelled before it had a batch ---------------------'
 * </pre>
 *
 * <p>While a chunk is <em>submitting</em>, it is unknown whether a batch exists, and no process
 * creates another before searching for it; a process that succeeds a dead owner takes the chunk
 * over in this state. While a chunk is <em>submitted</em>, its batch may be cancelled, at {@code
 * poll.deadline} or with the run. The chunk has <em>ended</em> only when the result files are
 * there, or {@code poll.grace} has passed.
 *
 * <p>On bounded input, one callback of an event-time timer at the end of the global window does all
 * the waiting: it is the only kind of timer that every runner fires there. On unbounded input, a
 * processing-time timer polls on the way, and the event-time timer completes the rest when the
 * stream ends or is drained.
 *
 * <p>Chunks must be in the global window: those of other windows would be awaited one window after
 * the other.
 *
 * <p>With {@link WaitPolicy#ONE_POLL}, nothing is waited for, and only chunks whose batches have
 * ended are emitted; a later launch of the same run emits the rest. This requires bounded input.
 *
 * <p>Awaiting can take a day: the runner must not limit how long one element may be processed, nor
 * how long a checkpoint may take. Flink in streaming mode with checkpoints restarts from the last
 * checkpoint at every checkpoint timeout. Nothing is lost or paid twice, but batch mode, or a
 * timeout above {@code poll.deadline}, avoids the restarts.
 */
public final class AwaitBatches extends PTransform<PCollection<Chunk>, PCollection<AwaitedChunk>> {
  /** Subject of the permanent error that stops all chunks. */
  public static final String SUBJECT = "batches";

  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Awaits the batches of a run at a provider. */
  public AwaitBatches(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  /** Shows the provider, its address, the limits and the wait policy. */
  @Override
  public void populateDisplayData(DisplayData.Builder data) {
    super.populateDisplayData(data);
    RequestSpec request = settings.inference().request();
    Limits limits = settings.inference().limits();
    Poll poll = settings.inference().poll();
    data.add(DisplayData.item("model", request.model()).withLabel("Model"))
        .add(
            DisplayData.item("provider", request.provider().name().toLowerCase(Locale.ROOT))
                .withLabel("Provider"))
        .add(DisplayData.item("endpoint", request.endpoint()).withLabel("Endpoint"))
        .addIfNotNull(DisplayData.item("baseUrl", request.baseUrl()).withLabel("Base URL"))
        .add(DisplayData.item("limits", limits.toString()).withLabel("Limits"))
        .add(
            DisplayData.item("pollInterval", poll.interval().toString()).withLabel("Poll interval"))
        .add(DisplayData.item("pollDeadline", poll.deadline().toString()).withLabel("Deadline"))
        .add(DisplayData.item("run", folder.run()).withLabel("Run"))
        .add(DisplayData.item("staging", folder.staging()).withLabel("Staging location"));
  }

  @Override
  public PCollection<AwaitedChunk> expand(PCollection<Chunk> chunks) {
    boolean bounded = chunks.isBounded() == IsBounded.BOUNDED;
    if (!bounded && settings.waitPolicy() != WaitPolicy.UNTIL_ENDED) {
      throw new IllegalArgumentException(
          "batches of unbounded input can only be awaited until they have ended");
    }
    RequestSpec request = settings.inference().request();
    String pool =
        String.join(
            " ",
            request.provider().name().toLowerCase(Locale.ROOT),
            request.endpoint(),
            request.model());
    CoordinatorSession.Factory factory =
        CoordinatorSession.Factory.of(settings, folder, providers, new BatchEvents.Counted());
    Duration interval = Duration.millis(settings.inference().poll().interval().toMillis());
    return chunks
        .apply("Key by quota pool", WithKeys.of(pool))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), JsonCoder.of(Chunk.class)))
        .apply(
            "Submit and await",
            ParDo.of(
                bounded
                    ? new AwaitFn(factory)
                    : new PollingAwaitFn(
                        factory, interval, PermanentErrors.of(chunks.isBounded(), folder))))
        .setCoder(JsonCoder.of(AwaitedChunk.class));
  }

  /** Gathers all chunks of bounded input, then processes them in one callback. */
  private static final class AwaitFn extends DoFn<KV<String, Chunk>, AwaitedChunk> {
    private static final long serialVersionUID = 1L;

    private final CoordinatorSession.Factory factory;

    @StateId("chunks")
    private final StateSpec<BagState<Chunk>> chunksSpec = StateSpecs.bag(JsonCoder.of(Chunk.class));

    @TimerId("end")
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    AwaitFn(CoordinatorSession.Factory factory) {
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

    /**
     * Emits every chunk that ends. A chunk that is set aside is reported when the run is
     * reconciled.
     */
    @OnTimer("end")
    public void onEnd(@StateId("chunks") BagState<Chunk> chunks, OutputReceiver<AwaitedChunk> out)
        throws IOException, InterruptedException {
      // A new coordinator each time: the ledger holds the state, not this worker's memory.
      try (CoordinatorSession session = factory.open()) {
        session.run(chunks.read(), Sleeper.SYSTEM, out::output);
      }
      chunks.clear();
    }
  }

  /**
   * Submits the chunks of unbounded input as they arrive, polls their batches at every interval,
   * and awaits the rest when the input ends. While the provider refuses calls, chunks stay in the
   * state, and the provider is asked again after growing pauses. What it still refuses when the
   * input ends waits for a later launch, so that the stream can be drained.
   */
  private static final class PollingAwaitFn extends DoFn<KV<String, Chunk>, AwaitedChunk> {
    private static final long serialVersionUID = 1L;
    private static final Duration LONGEST_PAUSE = Duration.standardHours(1);

    private final CoordinatorSession.Factory factory;
    private final Duration interval;
    private final PermanentErrors permanentErrors;

    @StateId("chunks")
    private final StateSpec<BagState<Chunk>> chunksSpec = StateSpecs.bag(JsonCoder.of(Chunk.class));

    /** How many times in succession the provider has refused calls. */
    @StateId("refusals")
    private final StateSpec<ValueState<Integer>> refusalsSpec = StateSpecs.value(VarIntCoder.of());

    @TimerId("poll")
    private final TimerSpec pollSpec = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @TimerId("end")
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    private transient @Nullable CoordinatorSession session;

    PollingAwaitFn(
        CoordinatorSession.Factory factory, Duration interval, PermanentErrors permanentErrors) {
      this.factory = factory;
      this.interval = interval;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Chunk> element,
        BoundedWindow window,
        @StateId("chunks") BagState<Chunk> chunks,
        @StateId("refusals") ValueState<Integer> refusals,
        @TimerId("poll") Timer poll,
        @TimerId("end") Timer end) {
      chunks.add(element.getValue());
      if (refusals.read() == null) {
        poll.offset(Duration.ZERO).setRelative();
      }
      end.set(window.maxTimestamp());
    }

    @OnTimer("poll")
    public void onPoll(
        @StateId("chunks") BagState<Chunk> chunks,
        @StateId("refusals") ValueState<Integer> refusals,
        @TimerId("poll") Timer poll,
        OutputReceiver<AwaitedChunk> out)
        throws IOException {
      Waiting waiting = new Waiting(chunks.read(), out);
      int refused = 0;
      try {
        session().step(waiting.chunks(), waiting::emit);
        permanentErrors.clear(SUBJECT);
      } catch (RuntimeException e) {
        if (!permanentErrors.record(SUBJECT, e)) {
          throw e;
        }
        refused = Objects.requireNonNullElse(refusals.read(), 0) + 1;
      }
      chunks.clear();
      refusals.clear();
      waiting.chunks().forEach(chunks::add);
      if (!waiting.chunks().isEmpty()) {
        poll.offset(pause(refused)).setRelative();
        if (refused > 0) {
          refusals.write(refused);
        }
      }
    }

    /** The pause, doubled with each refusal. */
    private Duration pause(int refused) {
      Duration longest = interval.isLongerThan(LONGEST_PAUSE) ? interval : LONGEST_PAUSE;
      Duration pause = interval;
      for (int i = 0; i < refused && pause.isShorterThan(longest); i++) {
        pause = pause.multipliedBy(2);
      }
      return pause.isLongerThan(longest) ? longest : pause;
    }

    @OnTimer("end")
    public void onEnd(@StateId("chunks") BagState<Chunk> chunks, OutputReceiver<AwaitedChunk> out)
        throws IOException, InterruptedException {
      Waiting waiting = new Waiting(chunks.read(), out);
      try {
        session().step(waiting.chunks(), waiting::emit);
        session().await(waiting.chunks(), Sleeper.SYSTEM, waiting::emit);
        permanentErrors.clear(SUBJECT);
      } catch (RuntimeException e) {
        if (!permanentErrors.record(SUBJECT, e)) {
          throw e;
        }
      }
      chunks.clear();
    }

    /** Opened here, so that a failure to open is distinct from a failure of the runner. */
    private CoordinatorSession session() {
      if (session == null) {
        session = factory.open();
      }
      return session;
    }

    @Teardown
    public void teardown() {
      if (session != null) {
        session.close();
      }
    }
  }

  /** The chunks of a bag that have not been emitted yet. */
  private static final class Waiting {
    private final Map<String, Chunk> byId = new LinkedHashMap<>();
    private final DoFn.OutputReceiver<AwaitedChunk> out;

    Waiting(Iterable<Chunk> chunks, DoFn.OutputReceiver<AwaitedChunk> out) {
      chunks.forEach(chunk -> byId.put(chunk.id(), chunk));
      this.out = out;
    }

    void emit(AwaitedChunk done) {
      out.output(done);
      byId.remove(done.chunk().id());
    }

    List<Chunk> chunks() {
      return List.copyOf(byId.values());
    }
  }
}
