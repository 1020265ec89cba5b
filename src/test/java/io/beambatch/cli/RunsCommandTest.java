package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.job.RequestSpec;
import io.beambatch.run.StagedRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a staging location holds, and how it is cleaned up. */
class RunsCommandTest {
  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job = ReviewsJob.in(folder, "{\"id\": 1, \"text\": \"A great kettle\"}", "{\"id\": 2}");
    workplace = job.workplace();
  }

  @Test
  void listsTheRunsOfAllJobsWithTheirStateCostAndSize() throws Exception {
    assertThat(runs().out()).isEqualTo("no runs in " + workplace.staging() + "\n");
    job.set("run", "monday");
    job.set("submit", "tuesday");
    job.set("run", "wednesday", "source.path=" + folder.resolve("nosuch"));
    job.set("run", "monday", "name=other");

    List<JsonNode> runs = list();

    assertThat(runs)
        .extracting(
            run -> run.path("job").asText(),
            run -> run.path("run").asText(),
            run -> run.path("progress").asText(),
            run -> run.path("under_way").asInt(),
            run -> run.path("documents").asText(),
            run -> run.path("answered").asText(),
            run -> run.path("failed").asText())
        .containsExactly(
            tuple("other", "monday", "finished", 0, "2", "1", "1"),
            tuple("sentiment", "wednesday", "unsent", 0, "null", "null", "null"),
            tuple("sentiment", "tuesday", "unfinished", 1, "null", "null", "null"),
            tuple("sentiment", "monday", "finished", 0, "2", "1", "1"));
    assertThat(runs.get(3).path("cost_usd").decimalValue()).isPositive();
    assertThat(runs.get(3).path("bytes").asLong()).isPositive();
    assertThat(runs().out())
        .startsWith("job  run  begun\n  state ")
        .containsPattern("sentiment  tuesday  20\\S+Z\n  1 in flight +- .* kB\n");
  }

  @Test
  void knowsHowLongBatchesTakeByTheRunsThatThereWere() throws Exception {
    StagedRuns runs = new StagedRuns(workplace.staging().toString());
    assertThat(runs.usualDuration(RequestSpec.Provider.OPENAI, "gpt-4o-mini")).isEmpty();

    job.set("run", "monday");
    job.set("run", "tuesday", "name=other");

    assertThat(runs.usualDuration(RequestSpec.Provider.OPENAI, "gpt-4o-mini"))
        .hasValueSatisfying(
            usual -> assertThat(usual).isBetween(Duration.ZERO, Duration.ofMinutes(9)));
    assertThat(runs.usualDuration(RequestSpec.Provider.OPENAI, "gpt-4o")).isEmpty();
    assertThat(runs.usualDuration(RequestSpec.Provider.GEMINI, "gpt-4o-mini")).isEmpty();
  }

  @Test
  void prunesWhatIsFinishedAndNothingElse() throws Exception {
    job.set("run", "monday");
    job.set("submit", "tuesday");

    assertThat(runs("prune", "--older-than", "1h").out()).isEqualTo("0 runs pruned, 0 B\n");
    Said pruned = runs("prune", "--older-than", "0");

    assertThat(pruned.out()).startsWith("pruned sentiment monday (").contains("\n1 run pruned, ");
    assertThat(workplace.staging().resolve("sentiment/monday")).doesNotExist();
    assertThat(list())
        .extracting(run -> run.path("progress").asText())
        .containsExactly("unfinished", "pruned");
    Said collected = job.set("collect", "tuesday");
    assertThat(collected.told("answered")).isEqualTo("1");
  }

  @Test
  void prunedRunIsNotBoughtAgain() throws Exception {
    job.set("run", "monday");
    runs("prune", "--older-than", "0");
    List<Path> before = Workplace.files(workplace.sink(), ".jsonl");

    for (String command : List.of("run", "submit", "collect")) {
      Said again = job.set(command, "monday");
      assertThat(again.exitCode()).as("%s", again).isZero();
      assertThat(again.err()).contains("run monday was finished before").contains("were pruned");
    }
    assertThat(job.set("status", "monday").out()).endsWith("finished\n");
    assertThat(Workplace.files(workplace.sink(), ".jsonl")).isEqualTo(before);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void asksForAnAge() {
    Said said = runs("prune");

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err()).contains("--older-than");
    assertThat(runs("prune", "--older-than", "month").err()).contains("not a duration");
  }

  @Test
  void leavesFoldersOfOthersAlone() throws Exception {
    job.set("run", "monday");
    Path strange = Files.createDirectories(workplace.staging().resolve("notes/2026"));
    Files.writeString(strange.resolve("a.txt"), "mine");

    assertThat(list()).hasSize(1);
    runs("prune", "--older-than", "0");

    assertThat(strange.resolve("a.txt")).exists();
  }

  private Said runs(String... more) {
    List<String> args = new ArrayList<>(List.of("runs"));
    args.addAll(List.of(more));
    args.addAll(List.of("--staging", workplace.staging().toString()));
    return Said.by(args);
  }

  private List<JsonNode> list() throws IOException {
    List<JsonNode> runs = new ArrayList<>();
    Workplace.JSON.readTree(runs("--json").out()).forEach(runs::add);
    return runs;
  }
}
