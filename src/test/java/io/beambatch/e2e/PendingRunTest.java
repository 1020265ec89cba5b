package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged program while batches are pending: launched again, at the same time, and stopped.
 */
@Tag("slow")
class PendingRunTest {
  private static final int DOCUMENTS = 400;
  private static final int REQUESTS_PER_BATCH = 50;
  private static final int BATCHES = DOCUMENTS / REQUESTS_PER_BATCH;
  private static final int KILLS = 4;

  /** Far more than are needed: guards against going on for ever. */
  private static final int MOST_LAUNCHES = 100;

  private static final String SEED = System.getProperty("beambatch.seed");

  @TempDir Path folder;
  private Workplace workplace;
  private Path source;
  private final List<Program> started = new ArrayList<>();

  @BeforeEach
  void documentsAreThere() throws IOException {
    workplace = new Workplace(folder);
    source =
        workplace.write(
            "documents.jsonl",
            IntStream.range(0, DOCUMENTS)
                .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
                .collect(Collectors.joining()));
  }

  @AfterEach
  void nothingGoesOn() {
    started.forEach(Program::close);
  }

  @Test
  void submitAndCollectGiveAllAnswersThoughLinesFail() throws Exception {
    Faults fivePercent =
        FaultText.parse("line:error_500:2%")
            .and(FaultText.parse("line:missing:2%"))
            .and(FaultText.parse("line:timeout:1%"));
    try (LocalServer server = serve(Duration.ZERO, fivePercent)) {
      assertThat(said(server, "submit", "--run", "a").exitCode()).isZero();
      assertThat(workplace.answered()).isEmpty();

      List<Integer> exits = new ArrayList<>();
      do {
        exits.add(said(server, "collect").exitCode());
        assertThat(exits).hasSizeLessThan(MOST_LAUNCHES);
      } while (exits.get(exits.size() - 1) == 75);

      assertThat(exits).endsWith(0);
      assertEveryDocumentAnsweredOnce();
      assertNothingPaidTwice(server);
      assertThat(server.stats().batchesCreated()).isGreaterThan(BATCHES);
    }
  }

  @Test
  void collectKilledAtAnyMomentDoublesNothing() throws Exception {
    long seed = SEED == null ? System.nanoTime() : Long.parseLong(SEED);
    Random random = new Random(seed);
    try (LocalServer server = serve(Duration.ofSeconds(1), FaultText.parse("line:error_500:5%"))) {
      assertThat(said(server, "submit", "--run", "a").exitCode()).isZero();
      List<String> lives = new ArrayList<>();
      for (int i = 0; i < KILLS; i++) {
        Program collect = launch(server, "collect");
        int life = 500 + random.nextInt(6_000);
        if (!collect.awaitEnd(life)) {
          lives.add("after " + life + " ms");
          collect.close();
        }
      }
      System.out.printf("-Dbeambatch.seed=%d: killed %s%n", seed, lives);

      int exit = 75;
      for (int i = 0; exit == 75 && i < MOST_LAUNCHES; i++) {
        exit = said(server, "collect").exitCode();
      }

      assertThat(exit).as("seed %d", seed).isZero();
      assertEveryDocumentAnsweredOnce();
      assertNothingPaidTwice(server);
    }
  }

  @Test
  void runAndCollectAtOnceMakeOneBatchOfEachChunk() throws Exception {
    try (LocalServer server = serve(Duration.ofSeconds(2), Faults.none())) {
      assertThat(said(server, "submit", "--run", "a").exitCode()).isZero();
      Program first = launch(server, "run", "--run", "a");
      first.awaitOutput("run a of job sentiment in ");
      Said second = said(server, "collect", "--run", "a");

      assertThat(first.end()).isZero();
      assertThat(second.exitCode()).isIn(0, 75);
      assertThat(said(server, "collect", "--run", "a").exitCode()).isZero();
      assertEveryDocumentAnsweredOnce();
      assertNothingPaidTwice(server);
      assertThat(server.stats().batchesCreated()).isEqualTo(BATCHES);
    }
  }

  @Test
  void saysWhatGoesOnWhenItIsStopped() throws Exception {
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse("batch:stuck:100%:0%"))) {
      Program interrupted = launch(server, "run", "--new-run");
      saysWhatGoesOn(interrupted, "INT", 130);
      String resume = printed("to resume:", interrupted);
      assertThat(resume)
          .contains("beam-batch-inference run pipelines/sentiment.yaml ")
          .doesNotContain("--new-run");
      String cancel = printed("to cancel:", interrupted);
      assertThat(cancel).contains("beam-batch-inference cancel pipelines/sentiment.yaml ");

      saysWhatGoesOn(launch(server, "run"), "TERM", 143);

      // As a user would: what was printed, typed into a shell.
      assertThat(shell(cancel, server)).isZero();
      assertThat(workplace.failed()).hasSize(DOCUMENTS);
      assertThat(shell(resume, server)).as("finished before").isZero();
      assertThat(server.stats().batchesCreated()).isEqualTo(BATCHES);
      // Who has nothing to ask the provider needs no key.
      Said status = Said.by(command("status"));
      assertThat(status.exitCode()).as("%s", status).isZero();
      assertThat(status.out()).contains("cancelled and finished 20");
    }
  }

  private void saysWhatGoesOn(Program run, String signal, int exitCode) throws Exception {
    run.awaitOutput(BATCHES + " of " + BATCHES + " batches submitted");

    run.signal(signal);

    assertThat(run.end()).isEqualTo(exitCode);
    assertThat(run.err())
        .contains(" of job sentiment has not ended; its state is kept in " + workplace.staging())
        .contains(BATCHES + " batches continue at the provider, which charges for what it answers");
  }

  @Test
  void cancelKeepsWhatWasAnsweredAndSendsNothingAgain() throws Exception {
    try (LocalServer server = serve(Duration.ZERO, FaultText.parse("batch:stuck:4:0.5"))) {
      assertThat(said(server, "submit", "--run", "a").exitCode()).isZero();
      Program waiting = launch(server, "run", "--run", "a");
      waiting.awaitOutput("resuming run a of job sentiment in ");

      Program watch = launch(server, "status", "--watch");
      watch.awaitOutput("in flight");
      Said cancel = said(server, "cancel");

      assertThat(cancel.exitCode()).as("%s", cancel).isZero();
      assertThat(waiting.end()).as("%s", waiting).isIn(0, 1);
      assertThat(watch.end()).as("%s", watch).isZero();
      assertThat(watch.out())
          .contains(" a1-c00000 in_progress, ", " run a cancelled")
          .doesNotContain("\u001b");
      int answered = workplace.answered().size();
      assertThat(answered).isEqualTo(DOCUMENTS - 4 * REQUESTS_PER_BATCH / 2);
      assertThat(workplace.failed())
          .hasSize(DOCUMENTS - answered)
          .allSatisfy(
              document ->
                  assertThat(document.at("/_failure/reason").asText()).isEqualTo("cancelled"));
      Said again = said(server, "run", "--run", "a");
      assertThat(again.exitCode()).isZero();
      assertThat(again.err()).contains("run a was finished before; nothing to do");
      assertThat(server.stats().batchesCreated()).isEqualTo(BATCHES);
      assertNothingPaidTwice(server);
    }
  }

  private LocalServer serve(Duration latency, Faults faults) throws IOException {
    return LocalServer.start(
        LocalServerSettings.defaults()
            .withDir(folder.resolve("server"))
            .withLatency(latency)
            .withFaults(faults));
  }

  private static Map<String, String> environment(LocalServer server) {
    return Map.of("OPENAI_BASE_URL", server.baseUrl().toString(), "OPENAI_API_KEY", "local");
  }

  /** In a process of its own, which can be stopped, and can be there with others. */
  private Program launch(LocalServer server, String name, String... more) throws IOException {
    Program program =
        Program.start(
            folder.resolve("launch-" + started.size()), environment(server), command(name, more));
    started.add(program);
    return program;
  }

  private Said said(LocalServer server, String name, String... more) {
    return Said.by(environment(server), command(name, more));
  }

  private List<String> command(String name, String... more) {
    return workplace.command(
        name,
        "pipelines/sentiment.yaml",
        Stream.concat(
                Stream.of(
                    "--set",
                    "source.path=" + source,
                    "--set",
                    "limits.requests=" + REQUESTS_PER_BATCH,
                    "--set",
                    "poll.interval=500ms"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static String printed(String title, Program program) throws IOException {
    return program
        .err()
        .lines()
        .filter(line -> line.startsWith(title))
        .map(line -> line.substring(title.length()).strip())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + title + " in " + program));
  }

  private static int shell(String command, LocalServer server) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).inheritIO();
    builder.environment().putAll(environment(server));
    return builder.start().waitFor();
  }

  private void assertEveryDocumentAnsweredOnce() throws IOException {
    assertThat(workplace.answered().stream().map(document -> document.path("id").asInt()))
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, DOCUMENTS).boxed().toList());
    assertThat(workplace.failed()).isEmpty();
  }

  private static void assertNothingPaidTwice(LocalServer server) throws Exception {
    assertThat(server.timesAnswered().values()).containsOnly(1);
    assertThat(
            Workplace.listed(server.baseUrl() + "/batches?limit=100").stream()
                .map(batch -> batch.at("/metadata/beambatch_key").asText()))
        .doesNotHaveDuplicates();
  }
}
