package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import io.beambatch.Preflight;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Recipient;
import io.beambatch.provider.openai.OpenAiProvider;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunProgress.Stage;
import io.beambatch.run.Runs;
import io.beambatch.run.Work;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose batches are awaited by the launcher: when a pipeline is launched, and for what. */
@Tag("slow")
class RoundsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int REQUESTS = 5;

  @TempDir Path folder;
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final AtomicInteger launches = new AtomicInteger();
  private final StringWriter said = new StringWriter();

  @AfterEach
  void nothingGoesOn() {
    executor.shutdownNow();
  }

  @Test
  void writesAnswersAndRestsWhileOtherBatchesAreUnderWay() throws Exception {
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse("batch:stuck:1:0%"))) {
      Run run = open(documents(3), "poll.interval=60s");
      Future<RunProgress> waiting = executor.submit(() -> untilDone(run, server));

      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(answered()).hasSize(2 * REQUESTS));
      assertThat(waiting.isDone()).isFalse();
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(said.toString()).contains("2 ended; 10 of 15 requests"));
      assertThat(coresWhileWaiting()).isLessThan(0.25);

      run.batches().cancel(Instant.now());
      RunProgress end = waiting.get(30, TimeUnit.SECONDS);

      assertThat(end.isDone()).isTrue();
      Report report = Reconcile.reconcile(run);
      assertThat(report.answered()).isEqualTo(2 * REQUESTS);
      assertThat(report.failed()).isEqualTo(Map.of("cancelled", (long) REQUESTS));
      assertThat(launches).hasValueBetween(3, 4);
    }
  }

  @Test
  void writesKnownAnswersWhileTheOnlyBatchIsUnderWay() throws Exception {
    String cache = "cache.path=" + folder.resolve("cache");
    try (LocalServer server = serve(Duration.ZERO, Faults.none())) {
      untilDone(open("r1", documents(2), cache), server);
      server.faults(FaultText.parse("batch:stuck:1:0%"));
      Run run = open("r2", documents(3), cache, "poll.interval=60s");
      Future<RunProgress> waiting = executor.submit(() -> untilDone(run, server));

      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(answered()).hasSize(2 * 2 * REQUESTS));
      assertThat(waiting.isDone()).isFalse();
      assertThat(RunProgress.of(run).count(Stage.IN_FLIGHT)).isEqualTo(1);

      run.batches().cancel(Instant.now());

      assertThat(waiting.get(30, TimeUnit.SECONDS).isDone()).isTrue();
      Report report = Reconcile.reconcile(run);
      assertThat(report.answered()).isEqualTo(2 * REQUESTS);
      assertThat(report.failed()).isEqualTo(Map.of("cancelled", (long) REQUESTS));
    }
  }

  @Test
  void gathersBatchesThatEndOneByOne() throws Exception {
    int chunks = 30;
    try (LocalServer server = serve(Duration.ZERO, Faults.none())) {
      Run run = open(documents(chunks), "poll.interval=3s", atATime(1));

      assertThat(untilDone(run, server).isDone()).isTrue();

      assertThat(answered()).hasSize(chunks * REQUESTS);
      assertThat(launches.get()).isLessThan(chunks / 2);
    }
  }

  @Test
  void keepsTheQuotaBusy() throws Exception {
    try (LocalServer server = serve(Duration.ofSeconds(1), Faults.none())) {
      Run run = open(documents(12), "poll.interval=1s", atATime(4));

      assertThat(untilDone(run, server).isDone()).isTrue();

      List<JsonNode> batches = Workplace.listed(server.baseUrl() + "/batches?limit=100");
      long begin = batches.stream().mapToLong(b -> b.path("created_at").asLong()).min().orElse(0);
      long end = batches.stream().mapToLong(b -> b.path("completed_at").asLong()).max().orElse(0);
      assertThat(batches).hasSize(12);
      // Three waves of a second, half as much again, two looks, and the fractions of two seconds.
      assertThat(end - begin).isLessThanOrEqualTo(3 + 2 + 2 + 1);
    }
  }

  @Test
  void sendsAgainWhatHasToBeInTheSameProcess() throws Exception {
    // The first two lines of every batch.
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse("line:error_500:2"))) {
      Run run = open(documents(3));

      assertThat(untilDone(run, server).isDone()).isTrue();

      Report report = Reconcile.reconcile(run);
      assertThat(report.attempts()).isEqualTo(3);
      assertThat(report.documents()).isEqualTo(3 * REQUESTS);
      assertThat(answered()).hasSize((int) report.answered()).hasSizeGreaterThan(2 * REQUESTS);
      assertThat(run.plans().names()).containsExactly("a1", "a2", "a3");
    }
  }

  @Test
  void takesTheOthersToTheirEndIfAChunkCanNeverBeSubmitted() throws Exception {
    try (LocalServer server = serve(Duration.ZERO, Faults.none())) {
      Path source = documents(2);
      Files.writeString(
          source, Files.readString(source) + "{\"text\":\"" + "long ".repeat(900) + "\"}\n");
      Run planned = open(source);
      GraphLauncher launcher = launcher(planned, Progress.show(new PrintWriter(said, true)));
      launch(launcher, RunProgress.of(planned).work(), server);
      Run run =
          new Run(job(source, "limits.enqueued_tokens=400"), planned.record(), planned.folder());

      RunProgress end = untilDone(run, server);

      assertThat(end.isDone()).isFalse();
      assertThat(end.count(Stage.JOINED)).isPositive();
      assertThat(answered()).isNotEmpty();
      assertThat(catchThrowable(() -> Reconcile.reconcile(run)))
          .hasMessageContaining("can never be submitted");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"upload_file", "download_file"})
  void launchesAgainWhatAnOutageHasInterrupted(String call) throws Exception {
    // One call more than a call is tried, with a second between the tries.
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse(call + ":rate_limit:7:1"))) {
      Run run = open(documents(1));

      assertThat(untilDone(run, server).isDone()).isTrue();

      assertThat(answered()).hasSize(REQUESTS);
      assertThat(server.stats().batchesCreated()).isEqualTo(1);
    }
  }

  @Test
  void saysInWordsForPeopleThatResultsAreRefused() throws Exception {
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse("download_file:no_quota"))) {
      Run run = open(documents(1));
      StringWriter err = new StringWriter();

      int exitCode =
          Failures.report(catchThrowable(() -> untilDone(run, server)), new PrintWriter(err, true));

      assertThat(exitCode).isEqualTo(1);
      assertThat(err.toString())
          .startsWith("error: the account's quota is used up")
          .doesNotContain("\tat ", "Exception");
    }
  }

  private LocalServer serve(Duration latency, Faults faults) throws IOException {
    return LocalServer.start(
        LocalServerSettings.defaults()
            .withDir(folder.resolve("server"))
            .withLatency(latency)
            .withFaults(faults));
  }

  private Path documents(int chunks) throws IOException {
    return Files.writeString(
        folder.resolve("in.jsonl"),
        IntStream.range(0, chunks * REQUESTS)
            .mapToObj(i -> "{\"text\":\"review " + i + "\"}\n")
            .collect(Collectors.joining()));
  }

  private static String atATime(int chunks) {
    return "limits.enqueued_requests=" + chunks * REQUESTS;
  }

  private Run open(Path source, String... overrides) throws Exception {
    return open("r1", source, overrides);
  }

  private Run open(String name, Path source, String... overrides) throws Exception {
    return new Runs(folder.resolve("staging").toString(), job(source, overrides), Clock.systemUTC())
        .open(name, Runs.Choice.NEW);
  }

  private Job job(Path source, String... overrides) throws Exception {
    return JobReader.parse(
        "job.yaml",
        """
        name: rounds
        source: {type: jsonl, path: %s}
        request:
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body: {messages: [{role: user, content: "{{text}}"}]}
        sink: {type: jsonl, path: %s}
        failures: {path: %s}
        limits: {requests: %d}
        poll: {interval: 500ms}
        """
            .formatted(
                source, folder.resolve("out/answers"), folder.resolve("out/failed"), REQUESTS),
        List.of(overrides));
  }

  private RunProgress untilDone(Run run, LocalServer server) throws Exception {
    try (Progress progress = Progress.show(new PrintWriter(said, true))) {
      GraphLauncher launcher = launcher(run, progress);
      try (Rounds rounds =
          new Rounds(
              run,
              launcher.settings(),
              providers(server),
              (work, meanwhile) -> {
                launches.incrementAndGet();
                launch(launcher, work, server);
              })) {
        return rounds.untilDone();
      }
    }
  }

  private static GraphLauncher launcher(Run run, Progress progress) {
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setBlockOnRun(false);
    return new GraphLauncher(
        run, run.budget(), new Preflight(run.job(), options), options, progress);
  }

  private static void launch(GraphLauncher launcher, Work work, LocalServer server)
      throws IOException {
    launcher.launch(
        (graph, pipeline, settings) -> graph.advance(pipeline, work, settings, providers(server)),
        PlanCheck.NONE,
        () -> {});
  }

  private static ProviderFactory providers(LocalServer server) {
    return new Local(server.baseUrl().toString());
  }

  private List<String> answered() throws IOException {
    StringBuilder all = new StringBuilder();
    for (Path file : Workplace.files(folder.resolve("out/answers"), ".jsonl")) {
      all.append(Files.readString(file));
    }
    return all.toString().lines().toList();
  }

  /** Of all threads of this process, the server's too. */
  private static double coresWhileWaiting() throws InterruptedException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    // There is nothing to wait for but time: what is measured is that nothing happens.
    TimeUnit.SECONDS.sleep(5);
    return (double) (system.getProcessCpuTime() - cpu) / (System.nanoTime() - start);
  }

  private record Local(String baseUrl) implements ProviderFactory {
    @Override
    public OpenAiProvider open() {
      try {
        return OpenAiProvider.connect(baseUrl, Map.of("OPENAI_API_KEY", "local"));
      } catch (ProviderSettingsException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Recipient recipient(String salt) {
      return Recipient.inThisProcess();
    }
  }
}
