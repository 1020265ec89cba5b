package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code status} says of runs in each state, and what {@code cancel} makes of them. */
class StatusCommandTest {
  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            "{\"id\": 1, \"text\": \"A great kettle\"}",
            "{\"id\": 2, \"text\": \"Terrible\"}");
    workplace = job.workplace();
  }

  @Test
  void saysOfAFinishedRunHowItEndedAndWhereItsAnswersAre() throws Exception {
    command("run", "--run", "a");

    Said said = command("status", "--run", "a");

    assertThat(said.exitCode()).isZero();
    assertThat(said.out())
        .containsPattern("finished 20\\S+: 2 documents, 2 answered, 0 failed\n")
        .contains("answers            " + workplace.sink());
    JsonNode json = Workplace.JSON.readTree(command("status", "--run", "a", "--json").out());
    assertThat(json.at("/report/answered").asInt()).isEqualTo(2);
    assertThat(json.path("finished").asBoolean()).isTrue();
  }

  @Test
  void saysThatNothingWasSentAndOffersNothingToCollect() throws Exception {
    command("run", "--run", "a", "--set", "source.path=" + folder.resolve("nosuch"));

    Said said = command("status", "--run", "a");

    assertThat(said.out()).contains("nothing was sent yet: run or submit reads the source");
    assertThat(said.out()).doesNotContain("collect");
  }

  @Test
  void namesOtherRunsThatAreNotFinishedWithTheirBatches() throws Exception {
    command("submit", "--run", "monday", "--fault", "batch:stuck:1");
    command("submit", "--run", "tuesday", "--new-run");

    Said said = command("status");

    assertThat(said.out())
        .startsWith("run tuesday of job sentiment")
        .contains(
            "another run of this job is not finished: monday (1 batch was in flight when it was"
                + " last polled); see it with --run monday");
  }

  @Test
  void saysWhatTheNextCommandWouldDo() throws Exception {
    command("submit", "--run", "a");

    assertThat(command("status").out())
        .contains("1 batch ended and not collected; collect writes its answers");
  }

  @Test
  void cancelsARunOfWhichNothingWasSent() throws Exception {
    command("run", "--run", "a", "--set", "source.path=" + folder.resolve("nosuch"));

    Said cancelled = command("cancel", "--run", "a");

    assertThat(cancelled.exitCode()).as("%s", cancelled).isZero();
    assertThat(cancelled.err())
        .contains("run a is cancelled: nothing of it had been read or sent, and nothing was paid");
    assertThat(command("status", "--run", "a").out())
        .containsPattern("cancelled and finished 20\\S+: 0 documents, 0 answered, 0 failed");
    assertThat(command("cancel", "--run", "a").err()).contains("was finished before");
  }

  @Test
  void saysAfterACancelWhereTheAnswersAre() throws Exception {
    command("submit", "--run", "a", "--fault", "batch:stuck:1:0.5");

    Said cancelled = command("cancel", "--run", "a", "--fault", "batch:stuck:1:0.5");

    assertThat(cancelled.exitCode()).as("%s", cancelled).isZero();
    assertThat(cancelled.told("answers")).startsWith(workplace.sink().toString());
    assertThat(cancelled.told("failures")).startsWith(workplace.failures().toString());
    assertThat(cancelled.err()).doesNotContain("24 hours");
  }

  @Test
  void cancelEndsAWatchedRunWithinSecondsThoughNothingComes() throws Exception {
    String watched =
        "source={type: jsonl, path: '" + folder.resolve("inbox") + "/*.jsonl', watch: 1s}";
    Files.createDirectory(folder.resolve("inbox"));
    CompletableFuture<Said> run =
        CompletableFuture.supplyAsync(() -> command("run", "--run", "a", "--set", watched));
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> command("status", "--run", "a", "--set", watched).exitCode() == 0);

    Said cancelled = command("cancel", "--run", "a", "--set", watched);
    assertThat(cancelled.exitCode()).as("%s", cancelled).isZero();
    Said ended = run.get(10, TimeUnit.MINUTES);

    assertThat(ended.exitCode()).as("%s", ended).isZero();
    assertThat(ended.err()).contains("run a was cancelled in the meantime");
    assertThat(command("status", "--run", "a", "--set", watched).out())
        .contains("cancelled and finished");
  }

  @Test
  void tellsHowTheBatchesStandUntilTheLastHasEnded() throws Exception {
    int batches = 3;
    int requests = 4;
    job =
        ReviewsJob.in(
            folder,
            IntStream.range(0, batches * requests)
                .mapToObj(i -> "{\"id\": %d, \"text\": \"review %1$d\"}".formatted(i))
                .toArray(String[]::new));
    Said none = stuck("status");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("error: job sentiment has no run in ");

    assertThat(stuck("submit", "--run", "a").exitCode()).isZero();
    Said changed = stuck("status", "--set", "request.model=gpt-4o");
    assertThat(changed.exitCode()).isEqualTo(75);
    assertThat(changed.err()).contains("what differs: request.model");
    assertThat(changed.out())
        .contains("in_progress")
        .contains("1 batch in flight, 2 batches ended and not collected; collect writes");

    assertThat(stuck("collect").exitCode()).isEqualTo(75);
    Said status = stuck("status", "--json");
    assertThat(status.exitCode()).isEqualTo(75);
    JsonNode json = Workplace.JSON.readTree(status.out());
    assertThat(json.path("pending").asInt()).isEqualTo(1);
    assertThat(json.path("finished").asBoolean()).isFalse();
    assertThat(json.path("batches")).hasSize(batches);
    assertThat(json.path("batches"))
        .filteredOn(batch -> batch.path("collected").asBoolean())
        .hasSize(batches - 1)
        .allSatisfy(
            batch -> {
              assertThat(batch.path("state").asText()).isEqualTo("completed");
              assertThat(batch.path("answered").asInt()).isEqualTo(requests);
              assertThat(batch.path("prompt_tokens").asInt()).isPositive();
              assertThat(batch.path("batch_id").asText()).startsWith("batch_");
            });
    assertThat(json.path("batches"))
        .filteredOn(batch -> batch.path("state").asText().equals("in_progress"))
        .singleElement()
        .satisfies(batch -> assertThat(batch.path("answered").asInt()).isEqualTo(requests / 2));

    assertThat(stuck("cancel").exitCode()).isZero();
    assertThat(stuck("status").out())
        .contains("cancelled and finished 20")
        .contains("12 documents, ")
        .contains("answers            " + workplace.sink());
  }

  /** The first batch stops half-way. */
  private Said stuck(String name, String... more) {
    return command(
        name,
        Stream.concat(
                Stream.of(
                    "--fault",
                    "batch:stuck:1:0.5",
                    "--set",
                    "limits.requests=4",
                    "--set",
                    "poll.interval=500ms"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private Said command(String name, String... more) {
    return job.command(name, more);
  }
}
