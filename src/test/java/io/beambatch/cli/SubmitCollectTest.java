package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run in two commands, with the embedded server that goes on in the next process. */
class SubmitCollectTest {
  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            "{\"id\": 1, \"text\": \"A great kettle\"}",
            "{\"id\": 2, \"text\": \"Terrible\"}",
            "{\"id\": 3}");
    workplace = job.workplace();
  }

  @Test
  void submitsThenCollects() throws Exception {
    Said submitted = command("submit", "--run", "a");
    assertThat(submitted.exitCode()).as("%s", submitted).isZero();
    assertThat(submitted.told("batches"))
        .isEqualTo("1: 0 collected, 0 ended, 1 in flight, 0 not submitted yet");
    assertThat(workplace.answered()).isEmpty();
    assertThat(workplace.failed()).as("can't be sent, whatever comes").hasSize(1);

    Said collected = command("collect");
    assertThat(collected.exitCode()).as("%s", collected).isZero();
    assertThat(collected.told("answered")).isEqualTo("2");
    assertThat(collected.told("failed")).isEqualTo("1");
    JsonNode report = workplace.report(collected);
    assertThat(report.path("documents").asInt()).isEqualTo(3);
    assertThat(report.path("batches").asInt()).isEqualTo(1);
    assertThat(workplace.answered()).hasSize(2);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void collectsAFinishedRunAgainWithoutChangingAnything() throws Exception {
    command("submit", "--run", "a", "--set", "retry.max_failed=0");
    Said first = command("collect", "--set", "retry.max_failed=0");
    assertThat(first.exitCode()).isEqualTo(3);
    List<FileTime> before = times();

    Said again = command("collect", "--set", "retry.max_failed=0");

    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(again.out()).isEqualTo(first.out());
    assertThat(again.err()).contains("run a was finished before; nothing to do");
    assertThat(times()).isEqualTo(before);
  }

  @Test
  void saysWhichRunIsMissingAndThatItIsToBeSubmittedFirst() throws Exception {
    Said none = command("collect");
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err())
        .contains("error: job sentiment has no run in " + workplace.staging())
        .contains("begin it with run or submit")
        .doesNotContain("\tat ");

    Said named = command("collect", "--run", "b");
    assertThat(named.exitCode()).isEqualTo(2);
    assertThat(named.err()).contains("error: job sentiment has no run b in ");

    command("submit", "--run", "c", "--set", "source.path=" + folder.resolve("nosuch"));
    Said unplanned =
        command("collect", "--run", "c", "--set", "source.path=" + folder.resolve("nosuch"));
    assertThat(unplanned.exitCode()).isEqualTo(2);
    assertThat(unplanned.err())
        .contains("error: run c of job sentiment was begun, but nothing of it was sent yet");
  }

  @Test
  void refusesAChangedJobAndSaysWhatDiffers() throws Exception {
    command("submit", "--run", "a");

    for (String name : List.of("submit", "collect", "run")) {
      Said said = command(name, "--set", "limits.requests=7");
      assertThat(said.exitCode()).isEqualTo(1);
      assertThat(said.err()).contains("what differs: limits.requests.");
    }
    assertThat(command("collect").exitCode()).isZero();
  }

  @Test
  void refusesASourceThatNeverEnds() {
    for (String name : List.of("submit", "collect")) {
      Said said = command(name, "--set", "source.watch=1m");
      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err())
          .contains("error: " + name + ": source.watch never ends; use run")
          .doesNotContain("\tat ");
    }
    for (String name : List.of("submit", "collect")) {
      Said said =
          command(
              name,
              "--set",
              "source={type: pubsub, subscription: projects/p/subscriptions/reviews}");
      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err())
          .contains("error: " + name + ": a subscription")
          .contains("never ends")
          .doesNotContain("\tat ");
    }
    assertThat(workplace.staging()).doesNotExist();
  }

  @Test
  void submitsNothingOverBudget() throws Exception {
    Said said = command("submit", "--set", "limits.cost_usd=0.0000001");

    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void collectsWhatWasPaidForThoughTheBudgetIsSmallerNow() throws Exception {
    command("submit", "--run", "a");

    assertThat(command("collect", "--set", "limits.cost_usd=0.0000001").exitCode()).isZero();
  }

  /** Answers have no limit, so only their tokens show what they cost. */
  @Test
  void sendsNothingAgainOnceMoreIsSpentThanTheLimitAllows() throws Exception {
    String prompt = "request.prompt={user: '{{text}}'}";
    String prices = "prices={gpt-4o-mini: {input: 0.01, output: 1000000}}";
    List<String> options =
        List.of("--run", "a", "--set", prompt, "--set", prices, "--set", "limits.requests=1");
    List<String> first = new ArrayList<>(options);
    first.addAll(List.of("--fault", "batch:expire:1", "--set", "limits.cost_usd=0.01"));
    Said refused = command("run", first.toArray(String[]::new));

    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(4);
    assertThat(refused.err())
        .containsPattern("beside \\$\\S+ that the run has spent or may still spend")
        .contains("nothing of it was sent");
    assertThat(workplace.batches()).hasSize(2);
    assertThat(workplace.answered()).as("what was paid for").hasSize(1);

    List<String> second = new ArrayList<>(options);
    second.addAll(List.of("--set", "limits.cost_usd=1000"));
    Said goneOn = command("run", second.toArray(String[]::new));
    assertThat(goneOn.exitCode()).as("%s", goneOn).isZero();
    assertThat(workplace.batches()).hasSize(3);
    assertThat(workplace.answered()).hasSize(2);
  }

  @Test
  void endsAtOnceIfThereIsNothingToSend() throws Exception {
    Path bad = workplace.write("bad.jsonl", "{oops\n");

    Said said = command("submit", "--set", "source.path=" + bad);

    assertThat(said.exitCode()).as("nothing was answered: %s", said).isEqualTo(3);
    assertThat(said.told("failed")).isEqualTo("1");
    assertThat(workplace.failed()).hasSize(1);
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void runGoesOnWithWhatWasSubmitted() throws Exception {
    command("submit", "--run", "a");

    Said said = command("run");

    assertThat(said.exitCode()).as("%s", said).isZero();
    assertThat(said.told("run")).isEqualTo("sentiment a");
    assertThat(workplace.answered()).hasSize(2);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void writesNoFileAgainThatWasTakenOnFromTheSink() throws Exception {
    command("submit", "--run", "a");
    Path blocked = Files.createDirectories(folder.resolve("blocked"));
    String failures = "failures.path=" + blocked.resolve("failures");
    assertThat(command("submit", "--run", "b", "--set", failures).exitCode()).isZero();
    Files.delete(blocked.resolve("failures-b-a1-unsent.jsonl"));

    assertThat(command("collect", "--run", "b", "--set", failures).exitCode()).isZero();

    assertThat(blocked).isEmptyDirectory();
  }

  private Said command(String name, String... more) {
    return job.command(name, more);
  }

  /** When each file was last written, in the sink and in the staging location. */
  private List<FileTime> times() throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (Path root :
        List.of(workplace.sink().getParent(), workplace.staging().resolve("sentiment"))) {
      try (var files = Files.walk(root)) {
        for (Path file : files.sorted().toList()) {
          times.add(Files.getLastModifiedTime(file));
        }
      }
    }
    return times;
  }
}
