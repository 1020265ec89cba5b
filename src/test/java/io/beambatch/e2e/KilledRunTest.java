package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.job.RequestSpec;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.Faults;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The packaged program against a server of its own, killed without warning, again and again. */
@Tag("slow")
class KilledRunTest {
  private static final int DOCUMENTS = 400;
  private static final int REQUESTS = 40;
  private static final int KILLS = 6;
  private static final int LONGEST_LIFE_MILLIS = 5_000;
  private static final String SEED = System.getProperty("beambatch.seed");

  @TempDir Path folder;

  private final long seed = SEED == null ? System.nanoTime() : Long.parseLong(SEED);

  @Test
  void paysNothingTwiceThoughTheProviderFailsAsWell() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> serving = new ArrayList<>(List.of("--latency", "3s", "--seed", seed + ""));
    for (String fault :
        List.of(
            "*:error_500:3%",
            "*:drop:3%",
            "create_batch:lost_reply:20%",
            "download_file:truncate:10%",
            "batch:token_limit:10%",
            "batch:file_not_found_later:10%",
            "batch:expire:20%:0.5",
            "batch:null_output:20%:2",
            "line:error_500:5%",
            "line:missing:5%",
            "line:doubled:5%")) {
      serving.addAll(List.of("--fault", fault));
    }
    try (Program server = Program.serve(folder, serving.toArray(String[]::new))) {
      URI baseUrl = server.servedUrl();
      List<String> lives = killAgainAndAgain(workplace, baseUrl, new Random(seed));
      System.out.printf("-Dbeambatch.seed=%d: killed %s%n", seed, lives);

      Said last = said(workplace, RequestSpec.Provider.OPENAI, baseUrl);

      assertThat(last.exitCode()).as("seed %d: %s", seed, last.err()).isZero();
      ServerBill.faults(baseUrl, "{}");
      ServerBill bill = ServerBill.of(baseUrl);
      assertThat(bill.answeredBy().values())
          .as("seed %d", seed)
          .allSatisfy(batches -> assertThat(batches).hasSize(1));
      assertThat(bill.batchesByChunk().values()).as("seed %d", seed).containsOnly(1);
      // However often it was planned.
      assertThat(bill.batchesByChunk().keySet())
          .filteredOn(chunk -> chunk.contains("a1-"))
          .as("seed %d", seed)
          .hasSizeBetween(DOCUMENTS / REQUESTS, DOCUMENTS / REQUESTS + 3);
      assertEveryDocumentAnsweredOnce(workplace);
      assertThat(workplace.answered())
          .as("seed %d", seed)
          .allSatisfy(
              document ->
                  assertThat(bill.answeredBy().get(document.path("text").asText()))
                      .containsExactly(document.at("/_batch/batch_id").asText()))
          .extracting(document -> document.at("/_batch/attempt").asInt())
          .contains(2);
      // Ended by a signal: 128 and its number.
      assertThat(server.stop()).isEqualTo(143);
    }
  }

  /** Killed while nobody had heard of the batch that was created for it, with the other APIs. */
  @ParameterizedTest
  @EnumSource(names = {"ANTHROPIC", "GEMINI"})
  void takesTheBatchThatItsMakerDidNotLiveToHearOf(RequestSpec.Provider provider) throws Exception {
    Workplace workplace = new Workplace(folder);
    try (LocalServer server =
        serve(Duration.ofSeconds(3), FaultText.parse("create_batch:lost_reply:1"))) {
      try (Program killed = launch("killed", workplace, provider, server.baseUrl())) {
        awaitABatch(server, killed);
      }
      Said last = said(workplace, provider, server.baseUrl());
      assertThat(last.exitCode()).as("%s", last).isZero();

      JsonNode bill = Workplace.stats(server.baseUrl());
      assertThat(bill.path("lines_answered").asInt()).isEqualTo(DOCUMENTS);
      assertThat(bill.path("custom_ids_answered_more_than_once").asInt(-1)).isZero();
      assertThat(bill.path("batches_created").asInt())
          .isBetween(DOCUMENTS / REQUESTS, DOCUMENTS / REQUESTS + 3);
    }
    assertEveryDocumentAnsweredOnce(workplace);
  }

  /** What the killed one was given, and would have printed, the next one is given and prints. */
  @Test
  void goesOnInAPipeThatIsFilledAgain() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (LocalServer server = serve(Duration.ofSeconds(2), Faults.none())) {
      Map<String, String> environment =
          Program.environment(RequestSpec.Provider.OPENAI, server.baseUrl());
      List<String> args = run(workplace, "source.path=-", "sink.path=-");
      Path source = workplace.write("documents.jsonl", documents());
      List<String> piped = new ArrayList<>(List.of("bash", "-c", "exec \"$@\" < " + source, "-"));
      piped.addAll(Program.words());
      piped.addAll(args);
      try (Program killed =
          Program.start(
              Path.of("").toAbsolutePath(), folder.resolve("killed"), environment, piped)) {
        awaitABatch(server, killed);
      }
      Said last = Said.piped(documents(), environment, args);
      assertThat(last.exitCode()).as("%s", last).isZero();

      ServerBill bill = ServerBill.of(server.baseUrl());
      assertThat(bill.batchesByChunk().values()).containsOnly(1);
      assertThat(server.stats().linesAnswered()).isEqualTo(DOCUMENTS);
      assertThat(last.out().lines())
          .extracting(line -> Workplace.JSON.readTree(line).path("text").asText())
          .containsExactlyInAnyOrderElementsOf(texts());
    }
  }

  private static void awaitABatch(LocalServer server, Program run) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> server.stats().batchesCreated() > 0 || run.awaitEnd(0));
  }

  private LocalServer serve(Duration latency, Faults faults) throws IOException {
    return LocalServer.start(
        LocalServerSettings.defaults()
            .withDir(folder.resolve("served"))
            .withLatency(latency)
            .withFaults(faults));
  }

  private static void assertEveryDocumentAnsweredOnce(Workplace workplace) throws IOException {
    assertThat(workplace.answered())
        .extracting(document -> document.path("text").asText())
        .containsExactlyInAnyOrderElementsOf(texts());
    assertThat(workplace.failed()).isEmpty();
  }

  /** How long each launch lived. */
  private List<String> killAgainAndAgain(Workplace workplace, URI baseUrl, Random random)
      throws Exception {
    List<String> lives = new ArrayList<>();
    for (int i = 0; i < KILLS; i++) {
      int life = random.nextInt(LONGEST_LIFE_MILLIS);
      try (Program run = launch("launch-" + i, workplace, RequestSpec.Provider.OPENAI, baseUrl)) {
        run.awaitOutput("run a of job sentiment in ");
        if (run.awaitEnd(life)) {
          assertThat(run.end()).as(run.err()).isZero();
          break;
        }
        lives.add("after " + life + " ms");
      }
    }
    assertThat(lives).isNotEmpty();
    return lives;
  }

  private Program launch(
      String name, Workplace workplace, RequestSpec.Provider provider, URI baseUrl)
      throws IOException {
    return Program.start(
        folder.resolve(name), Program.environment(provider, baseUrl), named(workplace, provider));
  }

  /** The last launch, which nobody kills. */
  private Said said(Workplace workplace, RequestSpec.Provider provider, URI baseUrl)
      throws IOException {
    return Said.by(Program.environment(provider, baseUrl), named(workplace, provider));
  }

  private static List<String> named(Workplace workplace, RequestSpec.Provider provider)
      throws IOException {
    Path source = workplace.write("documents.jsonl", documents());
    List<String> args =
        new ArrayList<>(
            run(
                workplace,
                "source.path=" + source,
                "request.provider=" + provider.word(),
                "retry.attempts=8"));
    args.addAll(List.of("--run", "a"));
    return args;
  }

  private static List<String> run(Workplace workplace, String... settings) {
    return workplace.command(
        "run",
        "pipelines/sentiment.yaml",
        Stream.concat(
                Stream.of(settings),
                Stream.of(
                    "limits.requests=" + REQUESTS,
                    "poll.interval=500ms",
                    "poll.grace=5s",
                    "keep_files=true"))
            .flatMap(setting -> Stream.of("--set", setting))
            .toArray(String[]::new));
  }

  private static List<String> texts() {
    return IntStream.range(0, DOCUMENTS).mapToObj(i -> "review " + i).toList();
  }

  private static String documents() {
    return IntStream.range(0, DOCUMENTS)
        .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
        .collect(Collectors.joining());
  }
}
