package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.error.ExitCode;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged program submits to a Flink cluster, whose task managers call a server of its own;
 * the one that has just begun to create batches is killed.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FlinkClusterTest {
  private static final int DOCUMENTS = 500;
  private static final int REQUESTS_PER_BATCH = 25;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(100);

  private Path root;
  private Path program;
  private LocalServer server;
  private FlinkCluster cluster;

  @BeforeAll
  void startServerAndCluster(@TempDir Path folder) throws Exception {
    root = folder;
    program = OneJar.write(root.resolve("program.jar"), Program.JAR, FlinkCluster.runnerJars());
    server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(root.resolve("served"))
                .withLatency(Duration.ofSeconds(6)));
    // Only the key is in the task managers' environment: where it is sent to comes with the job.
    cluster = FlinkCluster.start(root.resolve("cluster"), Map.of("OPENAI_API_KEY", "local"));
  }

  /** One is killed, and the other has room for the whole job. */
  @BeforeEach
  void startTaskManagers() throws Exception {
    cluster.fillTaskManagers(2);
  }

  @AfterAll
  void endAll() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void goesOnWatchingWhenATaskManagerIsKilled() throws Exception {
    Workplace workplace = workplace("watched");
    Files.createDirectories(workplace.folder().resolve("in"));
    arrive(workplace, "a.jsonl", 0, 300);
    long before = batches();
    try (Program client =
        submit(
            workplace,
            "source.path=in/*.jsonl",
            "--checkpointingInterval=500",
            "--set",
            "source.watch=200ms",
            "--set",
            "source.window=1s")) {
      killWhoCreatesBatches(before, client);
      arrive(workplace, "b.jsonl", 300, DOCUMENTS);
      await(() -> planned(workplace) == DOCUMENTS, client);
      assertThat(cluster.exceptions()).as("what it lived through").isNotEmpty();
      cluster.drain();
      assertThat(client.end()).as("%s", client).isZero();
    }
    assertEveryDocumentOnce(workplace, DOCUMENTS);
    assertThat(server.stats().customIdsAnsweredMoreThanOnce()).isZero();
  }

  /**
   * The task managers decide what may be sent, and the launcher's exit code tells of it; with more
   * money, one is killed. BundleRetriesTest lets tasks fail in Flink's older way, with data sets,
   * and in a stream of a source that ends.
   */
  @Test
  void stopsWhenTheMoneyIsSpentAndGoesOnWithMoreThoughATaskManagerIsKilled() throws Exception {
    Workplace workplace = workplace("batch");
    workplace.write("documents.jsonl", documents(0, DOCUMENTS));
    long before = batches();

    // Another try changes nothing of it, and ten don't, either.
    String fewTries = " --numberOfExecutionRetries=1 --executionRetryDelay=100";
    try (Program client = submitFor(REQUESTS_PER_BATCH * 11, workplace, fewTries)) {
      assertThat(client.end()).as("%s", client).isEqualTo(ExitCode.OVER_BUDGET);
      assertThat(client.err()).contains("more than limits.cost_usd allows ($275.00)");
    }
    long sent = batches() - before;
    assertThat(sent).as("batches").isBetween(1L, 2L);
    assertThat(workplace.answered()).hasSize((int) sent * REQUESTS_PER_BATCH);

    try (Program client = submitFor(REQUESTS_PER_BATCH * 1_000, workplace, "")) {
      killWhoCreatesBatches(before + sent, client);
      assertThat(client.end()).as("%s", client).isZero();
    }
    assertThat(cluster.exceptions()).as("what it lived through").isNotEmpty();
    assertEveryDocumentOnce(workplace, DOCUMENTS);
    assertPaidOnce(workplace, before);
  }

  /** A prompt costs nothing, and an answer of at most ten tokens ten dollars. */
  private Program submitFor(int usd, Workplace workplace, String more) throws Exception {
    return submit(
        workplace,
        "source.path=documents.jsonl",
        "--useDataStreamForBatch" + more,
        "--set",
        "prices={gpt-4o-mini: {input: 0, output: 2000000}}",
        "--set",
        "limits.on_budget=stop",
        "--set",
        "limits.cost_usd=" + usd);
  }

  /** Requests in committed plans. */
  private static long planned(Workplace workplace) throws Exception {
    long requests = 0;
    Path plans = workplace.staging().resolve("sentiment/a/plan");
    if (Files.isDirectory(plans)) {
      try (DirectoryStream<Path> committed = Files.newDirectoryStream(plans)) {
        for (Path plan : committed) {
          Path content = plan.resolve("1.json");
          if (Files.exists(content)) {
            requests +=
                Workplace.JSON.readTree(content.toFile()).findValues("requests").stream()
                    .mapToLong(JsonNode::asLong)
                    .sum();
          }
        }
      }
    }
    return requests;
  }

  private void killWhoCreatesBatches(long before, Program client) throws Exception {
    await(() -> batches() > before, client);
    String newest =
        Workplace.listed(server.baseUrl() + "/batches?limit=100").get(0).path("id").asText();
    cluster.killWhoSaid("batch " + newest + " created for chunk");
  }

  private Workplace workplace(String name) throws Exception {
    return new Workplace(Files.createDirectory(root.resolve(name.replaceAll("[^A-Za-z]", ""))));
  }

  /** Works in the workplace's folder, with paths that start there. */
  private Program submit(Workplace workplace, String source, String beam, String... more)
      throws Exception {
    List<String> command = new ArrayList<>(Program.words(program));
    command.addAll(
        List.of(
            "run",
            Path.of("pipelines/sentiment.yaml").toAbsolutePath().toString(),
            "--run",
            "a",
            "--staging",
            "staging",
            "--set",
            source,
            "--set",
            "sink.path=out/answers",
            "--set",
            "failures.path=out/failures",
            "--set",
            "limits.requests=" + REQUESTS_PER_BATCH,
            "--set",
            "poll.interval=500ms"));
    command.addAll(List.of(more));
    command.addAll(
        List.of(
            "--", "--runner=FlinkRunner", "--flinkMaster=" + cluster.master(), "--parallelism=2"));
    command.addAll(List.of(beam.split(" ")));
    return Program.start(
        workplace.folder(),
        workplace.folder().resolve("client"),
        Map.of("OPENAI_BASE_URL", server.baseUrl().toString(), "OPENAI_API_KEY", "local"),
        command);
  }

  private static void assertEveryDocumentOnce(Workplace workplace, int documents) throws Exception {
    assertThat(workplace.answered().stream().map(document -> document.path("id").asInt()))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, documents).boxed().toList());
    assertThat(workplace.failed()).isEmpty();
  }

  private static void arrive(Workplace workplace, String name, int from, int to) throws Exception {
    Files.move(
        workplace.write(name + ".part", documents(from, to)),
        workplace.folder().resolve("in").resolve(name),
        StandardCopyOption.ATOMIC_MOVE);
  }

  private static String documents(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
        .collect(Collectors.joining());
  }

  /** As many batches as the run reports, and no request was answered twice. */
  private void assertPaidOnce(Workplace workplace, long before) throws Exception {
    JsonNode report =
        Workplace.JSON.readTree(workplace.staging().resolve("sentiment/a/report.json").toFile());
    assertThat(batches() - before).isEqualTo(report.path("batches").asLong());
    assertThat(server.stats().customIdsAnsweredMoreThanOnce()).isZero();
  }

  /** How many batches the server has created. */
  private long batches() throws IOException {
    return server.stats().batchesCreated();
  }

  private static void await(Callable<Boolean> condition, Program client) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .failFast(() -> assertThat(client.awaitEnd(0)).as("%s has ended", client).isFalse())
        .until(condition);
  }
}
