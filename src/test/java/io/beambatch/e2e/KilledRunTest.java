package io.beambatch.e2e;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.job.RequestSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
  private static final int REQUESTS = 25;
  private static final int KILLS = 6;
  private static final int LONGEST_LIFE_MILLIS = 5_000;
  private static final String SEED = System.getProperty("beambatch.seed");

  @TempDir Path folder;

  private final long seed = SEED == null ? System.nanoTime() : Long.parseLong(SEED);

  @Test
  void makesOneBatchOfEachChunkAndOneAnswerOfEachDocument() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (Program server = serve("8s")) {
      URI baseUrl = server.servedUrl();

      runUntilItEnds(workplace, baseUrl);

      assertEveryDocumentAnsweredAndBilledOnce(workplace, baseUrl);
      List<JsonNode> batches = ServerBill.of(baseUrl).batches();
      assertThat(batches).hasSizeBetween(DOCUMENTS / REQUESTS, DOCUMENTS / REQUESTS + 3);
      assertThat(workplace.answered().stream().collect(countingBy("/_batch/batch_id")))
          .isEqualTo(
              batches.stream()
                  .collect(
                      Collectors.toMap(
                          batch -> batch.path("id").asText(),
                          batch -> batch.at("/request_counts/completed").asLong())));
      // Ended by a signal: 128 and its number.
      assertThat(server.stop()).isEqualTo(143);
    }
  }

  @Test
  void paysNothingTwiceWhenTheProviderFailsAsWell() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> faults =
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
            "line:doubled:5%");
    try (Program server = serve("2s", faults.toArray(String[]::new))) {
      URI baseUrl = server.servedUrl();

      runUntilItEnds(workplace, baseUrl);

      ServerBill.faults(baseUrl, "{}");
      assertEveryDocumentAnsweredAndBilledOnce(workplace, baseUrl);
      assertThat(workplace.answered())
          .extracting(document -> document.at("/_batch/attempt").asInt())
          .contains(2);
    }
  }

  /** Killed while nobody had heard of the batch that was created for it, with the other APIs. */
  @ParameterizedTest
  @EnumSource(names = {"ANTHROPIC", "GEMINI"})
  void takesTheBatchThatItsMakerDidNotLiveToHearOf(RequestSpec.Provider provider) throws Exception {
    Workplace workplace = new Workplace(folder);
    try (Program server = serve("3s", "create_batch:lost_reply:1")) {
      URI baseUrl = server.servedUrl();
      try (Program killed = launch("killed", workplace, provider, baseUrl)) {
        awaitABatch(baseUrl, killed);
      }
      Program last = launch("last", workplace, provider, baseUrl);
      assertThat(last.end()).as("%s", last).isZero();

      JsonNode bill = Workplace.stats(baseUrl);
      assertThat(bill.path("lines_answered").asInt()).isEqualTo(DOCUMENTS);
      assertThat(bill.path("custom_ids_answered_more_than_once").asInt(-1)).isZero();
      assertThat(bill.path("batches_created").asInt())
          .isBetween(DOCUMENTS / REQUESTS, DOCUMENTS / REQUESTS + 3);
    }
    assertThat(workplace.answered())
        .extracting(document -> document.path("text").asText())
        .containsExactlyInAnyOrderElementsOf(texts());
    assertThat(workplace.failed()).isEmpty();
  }

  /** What the killed one was given, and would have printed, the next one is given and prints. */
  @Test
  void goesOnInAPipeThatIsFilledAgain() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (Program server = serve("2s")) {
      URI baseUrl = server.servedUrl();
      try (Program killed = pipe("killed", workplace, baseUrl)) {
        awaitABatch(baseUrl, killed);
      }
      Program last = pipe("last", workplace, baseUrl);
      assertThat(last.end()).as("%s", last).isZero();

      assertThat(ServerBill.of(baseUrl).batchesByChunk().values()).containsOnly(1);
      assertThat(Workplace.stats(baseUrl).path("lines_answered").asInt()).isEqualTo(DOCUMENTS);
      assertThat(last.out().lines())
          .extracting(line -> Workplace.JSON.readTree(line).path("text").asText())
          .containsExactlyInAnyOrderElementsOf(texts());
    }
  }

  private Program pipe(String name, Workplace workplace, URI baseUrl) throws Exception {
    Path source = workplace.write("documents.jsonl", documents());
    List<String> command = new ArrayList<>(List.of("bash", "-c", "exec \"$@\" < " + source, "-"));
    command.addAll(Program.words());
    command.addAll(
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--set",
            "source.path=-",
            "--set",
            "sink.path=-",
            "--set",
            "limits.requests=" + REQUESTS,
            "--set",
            "poll.interval=500ms",
            "--set",
            "poll.grace=5s",
            "--set",
            "keep_files=true"));
    return Program.start(
        Path.of("").toAbsolutePath(),
        folder.resolve(name),
        Program.environment(RequestSpec.Provider.OPENAI, baseUrl),
        command);
  }

  private static void awaitABatch(URI baseUrl, Program run) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> Workplace.stats(baseUrl).path("batches_created").asInt() > 0 || run.awaitEnd(0));
  }

  private Program serve(String latency, String... faults) throws Exception {
    List<String> args =
        new ArrayList<>(List.of("--latency", latency, "--seed", Long.toString(seed)));
    for (String fault : faults) {
      args.addAll(List.of("--fault", fault));
    }
    return Program.serve(folder, args.toArray(String[]::new));
  }

  private void runUntilItEnds(Workplace workplace, URI baseUrl) throws Exception {
    List<String> lives = killAgainAndAgain(workplace, baseUrl, new Random(seed));
    System.out.printf("-Dbeambatch.seed=%d: killed %s%n", seed, lives);
    Program last = launch("last", workplace, baseUrl);
    assertThat(last.end()).as("seed %d: %s", seed, last.err()).isZero();
  }

  private void assertEveryDocumentAnsweredAndBilledOnce(Workplace workplace, URI baseUrl)
      throws Exception {
    ServerBill bill = ServerBill.of(baseUrl);
    assertThat(bill.timesAnswered().keySet()).containsExactlyInAnyOrderElementsOf(texts());
    assertThat(bill.timesAnswered().values()).as("seed %d", seed).containsOnly(1);
    assertThat(bill.batchesByChunk().values()).as("seed %d", seed).containsOnly(1);
    assertThat(workplace.answered())
        .as("seed %d", seed)
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
      try (Program run = launch("launch-" + i, workplace, baseUrl)) {
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

  private Program launch(String name, Workplace workplace, URI baseUrl) throws Exception {
    return launch(name, workplace, RequestSpec.Provider.OPENAI, baseUrl);
  }

  private Program launch(
      String name, Workplace workplace, RequestSpec.Provider provider, URI baseUrl)
      throws Exception {
    Path source = workplace.write("documents.jsonl", documents());
    return Program.start(
        folder.resolve(name),
        Program.environment(provider, baseUrl),
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--run",
            "a",
            "--set",
            "request.provider=" + provider.word(),
            "--set",
            "source.path=" + source,
            "--set",
            "limits.requests=" + REQUESTS,
            "--set",
            "poll.interval=500ms",
            "--set",
            "poll.grace=5s",
            "--set",
            "retry.attempts=8",
            "--set",
            "keep_files=true"));
  }

  private static List<String> texts() {
    return IntStream.range(0, DOCUMENTS).mapToObj(i -> "review " + i).toList();
  }

  private static String documents() {
    return IntStream.range(0, DOCUMENTS)
        .mapToObj(i -> "{\"id\":" + i + ",\"text\":\"review " + i + "\"}\n")
        .collect(Collectors.joining());
  }

  private static Collector<JsonNode, ?, Map<String, Long>> countingBy(String pointer) {
    return groupingBy(document -> document.at(pointer).asText(), counting());
  }
}
