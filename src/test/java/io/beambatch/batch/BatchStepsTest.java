package io.beambatch.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.DirectPipelines;
import io.beambatch.SuppliedProviders;
import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Submission;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunks on their way through the steps of a graph; a batch has ended when it is looked for. */
class BatchStepsTest extends CoordinatorFixture {
  private static final TestStream.Builder<Chunk> STREAM =
      TestStream.create(JsonCoder.of(Chunk.class));

  /** The one that all steps connect to. */
  private static Prompt connection;

  @TempDir Path temp;
  private final ProviderFactory providers = new SuppliedProviders(() -> connection.opened());
  private CoordinatorSettings settings = TestSettings.of(run, "poll.interval=20m");
  private RunFolder folder;

  @BeforeEach
  void connect() throws IOException {
    connection = new Prompt();
    folder = RunFolder.of(temp.toString(), "job", "r1");
    for (int i = 0; i < 4; i++) {
      String lines = "{\"of\":" + i + "}\n";
      Storage.write(folder.requests("p" + i), out -> out.write(lines.getBytes(UTF_8)));
    }
  }

  @Test
  void chunksAreUploadedSentAndAwaitedAndTheirInputsAreDeleted() throws Exception {
    PipelineResult result = emits(bounded(0, 1), "a1-c0", "a1-c1");

    assertThat(connection.inputs)
        .isEqualTo(
            Map.of(
                "job-r1-uid-a1-c0.jsonl",
                "{\"of\":0}\n",
                "job-r1-uid-a1-c1.jsonl",
                "{\"of\":1}\n"));
    assertThat(connection.said).contains("create a1-c0", "create a1-c1");
    assertThat(server.files()).isEmpty();
    assertThat(counters(result))
        .containsEntry("bytes_uploaded", 200L)
        .containsEntry("batches_created", 2L)
        .containsEntry("batches_ended_completed", 2L);
    assertThat(connection.open).as("connections").isZero();
  }

  @Test
  void oneLookTakesWhatHasEndedAndLeavesTheRest() throws Exception {
    settings = settings.pollingOnce();

    emits(bounded(0));
    assertThat(state("a1-c0")).isEqualTo(State.SUBMITTED);

    emits(bounded(0, 1), "a1-c0");
    assertThat(state("a1-c1")).isEqualTo(State.SUBMITTED);
    assertThat(connection.said.stream().filter("create a1-c0"::equals)).as("paid once").hasSize(1);
  }

  @Test
  void refusalEndsAPipelineWhoseInputEnds() {
    connection.refuse(Kind.UNAUTHORIZED, "list");
    assertThatThrownBy(() -> emits(bounded(0)))
        .hasStackTraceContaining("the provider refuses the key");

    connection.refuse(Kind.UNAUTHORIZED, "upload a1-c1");
    assertThatThrownBy(() -> emits(bounded(1)))
        .hasStackTraceContaining("the provider refuses the key");
    assertThat(connection.said).noneMatch(call -> call.startsWith("create"));
  }

  @Test
  void streamSubmitsAtOnceAndAsksAtEachInterval() throws Exception {
    emits(
        STREAM
            .addElements(chunk(0, 60))
            .advanceProcessingTime(Duration.standardSeconds(1))
            .advanceProcessingTime(Duration.standardMinutes(21))
            .addElements(chunk(1, 60))
            .advanceProcessingTime(Duration.standardSeconds(1))
            .advanceProcessingTime(Duration.standardMinutes(21))
            .advanceProcessingTime(Duration.standardMinutes(60))
            .advanceWatermarkToInfinity(),
        "a1-c0",
        "a1-c1");

    assertThat(connection.said)
        .containsExactly(
            "upload a1-c0",
            "list",
            "create a1-c0",
            "list",
            "upload a1-c1",
            "list",
            "create a1-c1",
            "list");
  }

  @Test
  void streamThatEndsAwaitsWhatIsLeft() throws Exception {
    emits(
        STREAM.addElements(chunk(0, 60), chunk(1, 60)).advanceWatermarkToInfinity(),
        "a1-c0",
        "a1-c1");
  }

  /** A chunk that arrives tells the time. */
  @Test
  void streamThatIsRefusedAsksAgainAfterGrowingPausesOfAnHourAtMost() throws Exception {
    connection.refuse(Kind.UNAUTHORIZED, "list", "list", "list");

    emits(
        STREAM
            .addElements(chunk(0, 60))
            .advanceProcessingTime(Duration.standardSeconds(1))
            .advanceProcessingTime(Duration.standardMinutes(39))
            .addElements(chunk(1, 60))
            .advanceProcessingTime(Duration.standardMinutes(2))
            .advanceProcessingTime(Duration.standardMinutes(58))
            .addElements(chunk(2, 60))
            .advanceProcessingTime(Duration.standardMinutes(3))
            .advanceProcessingTime(Duration.standardMinutes(61))
            .advanceProcessingTime(Duration.standardMinutes(21))
            .addElements(chunk(3, 60))
            .advanceProcessingTime(Duration.standardSeconds(1))
            .advanceProcessingTime(Duration.standardMinutes(21))
            .advanceWatermarkToInfinity(),
        "a1-c0",
        "a1-c1",
        "a1-c2",
        "a1-c3");

    assertThat(connection.said)
        .containsExactly(
            "upload a1-c0",
            "list",
            "upload a1-c1",
            "list",
            "upload a1-c2",
            "list",
            "list",
            "create a1-c0",
            "create a1-c1",
            "create a1-c2",
            "list",
            "upload a1-c3",
            "list",
            "create a1-c3",
            "list");
    assertThat(connection.recorded.get(3)).containsKey(AwaitBatches.SUBJECT);
    assertThat(connection.recorded.get(4)).as("it goes on").isEmpty();
  }

  @Test
  void refusalThatIsOverWhenTheStreamEndsIsForgotten() throws Exception {
    connection.refuse(Kind.UNAUTHORIZED, "upload a1-c0");

    emits(STREAM.addElements(chunk(0, 60)).advanceWatermarkToInfinity(), "a1-c0");

    assertThat(connection.said).startsWith("upload a1-c0", "upload a1-c0", "list");
    assertThat(connection.recorded.get(0)).containsKey(AwaitBatches.SUBJECT);
    assertThat(PermanentErrors.messages(folder)).isEmpty();
  }

  @Test
  void streamThatIsRefusedToItsEndIsDrainedAndSaysWhy() throws Exception {
    connection.refuse(Kind.UNAUTHORIZED, "upload a1-c0", "list", "list");

    emits(STREAM.addElements(chunk(0, 60)).advanceWatermarkToInfinity());

    assertThat(connection.said).containsExactly("upload a1-c0", "upload a1-c0", "list");
    assertThat(state("a1-c0")).isEqualTo(State.PLANNED);
    assertThat(PermanentErrors.messages(folder))
        .hasEntrySatisfying(
            AwaitBatches.SUBJECT,
            message -> assertThat(message).contains("the provider refuses the key"));
  }

  @Test
  void streamThatEndsEmitsWhatHasEndedThoughUploadsAreRefused() throws Exception {
    connection.refuse(Kind.UNAUTHORIZED, "upload a1-c1", "upload a1-c1", "upload a1-c1");

    emits(
        STREAM
            .addElements(chunk(0, 60))
            .advanceProcessingTime(Duration.standardSeconds(1))
            .addElements(chunk(1, 60))
            .advanceWatermarkToInfinity(),
        "a1-c0");
  }

  @Test
  void outageOfAStreamsUploadIsTheRunnersToRepeat() {
    connection.refuse(Kind.UNAVAILABLE, "upload a1-c0");

    assertThatThrownBy(() -> emits(STREAM.addElements(chunk(0, 60)).advanceWatermarkToInfinity()))
        .hasStackTraceContaining("the provider can't serve the call at the moment");
  }

  @Test
  void streamCannotBeLookedAtOnlyOnce() {
    settings = settings.pollingOnce();
    TestStream<Chunk> stream = STREAM.advanceWatermarkToInfinity();

    assertThatThrownBy(() -> emits(stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unbounded input can only be awaited until they have ended");
  }

  @Test
  void filesStayIfTheJobKeepsThem() throws Exception {
    settings = TestSettings.of(run, "keep_files=true");

    emits(bounded(0), "a1-c0");

    assertThat(server.files()).hasSize(1);
  }

  private static PTransform<PBegin, PCollection<Chunk>> bounded(int... numbers) {
    return Create.of(IntStream.of(numbers).mapToObj(number -> chunk(number, 60)).toList())
        .withCoder(JsonCoder.of(Chunk.class));
  }

  private PipelineResult emits(PTransform<PBegin, PCollection<Chunk>> chunks, String... completed) {
    Pipeline pipeline = DirectPipelines.create();
    PCollection<AwaitedChunk> awaited =
        pipeline
            .apply(chunks)
            .apply("Upload", new UploadChunks(settings, folder, providers))
            .apply("Await", new AwaitBatches(settings, folder, providers))
            .apply("Delete inputs", new DeleteInputs<>(settings, folder, providers));
    PAssert.that(awaited)
        .satisfies(
            ended -> {
              assertThat(ended)
                  .extracting(each -> each.chunk().id())
                  .containsExactlyInAnyOrder(completed);
              assertThat(ended).allMatch(each -> each.status() == BatchStatus.COMPLETED);
              return null;
            });
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return result;
  }

  private static Map<String, Long> counters(PipelineResult result) {
    return StreamSupport.stream(
            result
                .metrics()
                .queryMetrics(
                    MetricsFilter.builder()
                        .addNameFilter(MetricNameFilter.inNamespace(RunMetrics.NAMESPACE))
                        .build())
                .getCounters()
                .spliterator(),
            false)
        .collect(
            Collectors.toMap(metric -> metric.getName().getName(), MetricResult::getAttempted));
  }

  private State state(String chunk) throws IOException {
    return BatchLedger.of(folder).read(chunk).orElseThrow().entry().state();
  }

  /** Refuses calls as it is told; otherwise each batch has ended by the next call. */
  private final class Prompt extends TroubledProvider {
    /** Uploads, creations and lists, in their order. */
    private final List<String> said = new ArrayList<>();

    /** What was uploaded, by its name. */
    private final Map<String, String> inputs = new HashMap<>();

    /** The run's permanent errors at each list. */
    private final List<Map<String, String>> recorded = new ArrayList<>();

    private final Deque<String> refused = new ArrayDeque<>();
    private Kind refusal = Kind.UNAUTHORIZED;
    private int open;

    Prompt() {
      super(() -> server, time, calls, java.time.Duration.ZERO, java.time.Duration.ZERO);
    }

    Prompt opened() {
      open++;
      return this;
    }

    /** Refuses these calls, each once, in this order. */
    void refuse(Kind kind, String... all) {
      refusal = kind;
      refused.clear();
      refused.addAll(List.of(all));
    }

    private void call(String name) throws ProviderException {
      said.add(name);
      if (name.equals(refused.peek())) {
        refused.remove();
        throw failure(refusal, 401, null);
      }
    }

    @Override
    public InputFile upload(Upload upload) throws ProviderException {
      call("upload " + run.chunkOfInput(upload.name()).orElseThrow());
      try (InputStream content = upload.content().open()) {
        inputs.put(upload.name(), new String(content.readAllBytes(), UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return server.upload(upload.name(), java.time.Duration.ZERO, java.time.Duration.ZERO);
    }

    @Override
    public Batch create(Submission submission) throws ProviderException {
      call("create " + run.chunkOfKey(submission.key()).orElseThrow());
      Batch batch = server.shown(server.create(submission, java.time.Duration.ZERO));
      time.begin(hours(1), () -> {});
      try {
        time.run();
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      return batch;
    }

    @Override
    public BatchPage list(@Nullable String after, int limit) throws ProviderException {
      try {
        recorded.add(PermanentErrors.messages(folder));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      call("list");
      return server.list(after, limit);
    }

    @Override
    public FilePage listFiles(@Nullable String after, int limit) {
      return server.listFiles(after, limit);
    }

    @Override
    public void deleteFile(String fileId) {
      server.deleteFile(fileId);
    }

    @Override
    public void close() {
      open--;
    }
  }
}
