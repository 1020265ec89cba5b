package io.beambatch.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program against a server of its own, killed without warning, again and again. */
@Tag("slow")
class KilledRunTest {
  private static final int DOCUMENTS = 400;
  private static final int REQUESTS_PER_BATCH = 25;
  private static final int KILLS = 8;
  private static final int LONGEST_LIFE_MILLIS = 5_000;
  private static final String SEED = System.getProperty("beambatch.seed");

  @TempDir Path folder;

  @Test
  void makesOneBatchOfEachChunkAndOneAnswerOfEachDocument() throws Exception {
    long seed = SEED == null ? System.nanoTime() : Long.parseLong(SEED);
    Workplace workplace = new Workplace(folder);
    try (Program server =
        Program.start(
            folder.resolve("serve"),
            Map.of(),
            List.of("serve", "--port", "0", "--latency", "8s"))) {
      URI baseUrl = server.servedUrl();

      List<String> lives = killAgainAndAgain(workplace, baseUrl, new Random(seed));
      System.out.printf("-Dbeambatch.seed=%d: killed %s%n", seed, lives);
      Program last = launch("last", workplace, baseUrl);
      assertThat(last.end()).as("seed %d: %s", seed, last.err()).isZero();

      List<JsonNode> answered = workplace.answered();
      assertThat(answered.stream().map(document -> document.path("id").asInt()))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, DOCUMENTS).boxed().toList());
      assertThat(workplace.failed()).isEmpty();
      List<JsonNode> batches = Workplace.listed(baseUrl + "/batches?limit=100");
      assertThat(batches.stream().map(batch -> batch.at("/metadata/beambatch_key").asText()))
          .doesNotHaveDuplicates()
          .hasSizeBetween(DOCUMENTS / REQUESTS_PER_BATCH, DOCUMENTS / REQUESTS_PER_BATCH + 3);
      assertThat(answered.stream().collect(countingBy("/_batch/batch_id")))
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
    Path source = workplace.write("documents.jsonl", documents());
    return Program.start(
        folder.resolve(name),
        Map.of("OPENAI_BASE_URL", baseUrl.toString(), "OPENAI_API_KEY", "local"),
        workplace.command(
            "run",
            "pipelines/sentiment.yaml",
            "--run",
            "a",
            "--set",
            "source.path=" + source,
            "--set",
            "limits.requests=" + REQUESTS_PER_BATCH,
            "--set",
            "poll.interval=500ms"));
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
