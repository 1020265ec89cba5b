package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.cli.ReviewsJob;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.error.UserException;
import io.beambatch.job.JobReader;
import io.beambatch.run.Run;
import io.beambatch.run.RunLaunch;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's name is not blocked by a launch that came to nothing. */
class UnsentRunTest {
  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job = ReviewsJob.in(folder, "{\"id\": 1, \"text\": \"A great kettle\"}");
    workplace = job.workplace();
  }

  @Test
  void takesTheJobThatComesAfterAPathWasWrong() throws Exception {
    Said wrong = run("daily", "source.path=" + folder.resolve("nosuch.jsonl"));
    assertThat(wrong.exitCode()).as("%s", wrong).isNotZero();

    Said right = run("daily");

    assertThat(right.exitCode()).as("%s", right).isZero();
    assertThat(right.err())
        .contains("nothing of run daily had been sent: it starts over with this job");
    assertThat(right.told("run")).isEqualTo("sentiment daily");
    assertThat(workplace.answered()).hasSize(1);
  }

  @Test
  void takesAnotherJobAfterTheFirstWasTooDearAndUsesNothingOfItsPlan() throws Exception {
    Said dear = run("daily", "limits.cost_usd=0.000000001", "result.field=first");
    assertThat(dear.exitCode()).as("%s", dear).isEqualTo(4);

    Said other = run("daily", "result.field=second");

    assertThat(other.exitCode()).as("%s", other).isZero();
    assertThat(workplace.answered())
        .singleElement()
        .satisfies(answer -> assertThat(answer.has("second")).isTrue());
  }

  @Test
  void beginsOneOfThatNameAgainOnlyIfNothingWasSent() throws Exception {
    run("daily", "source.path=" + folder.resolve("nosuch.jsonl"));

    Said anew = job.command("run", "--run", "daily", "--new-run");
    assertThat(anew.exitCode()).as("%s", anew).isZero();
    assertThat(anew.err()).contains("it starts over");

    Said again = job.command("run", "--run", "daily", "--new-run");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err())
        .contains(
            "run daily of job sentiment exists already, and is finished or has sent something")
        .contains("choose another --run name");
  }

  @Test
  void keepsTheRunThatHasSentSomething() throws Exception {
    assertThat(job.command("submit", "--run", "daily").exitCode()).isZero();

    Said other = run("daily", "request.model=gpt-4o");

    assertThat(other.exitCode()).isEqualTo(1);
    assertThat(other.err()).contains("what differs: request.model");
  }

  @Test
  void isNotTakenFromALaunchThatIsWorkingOnIt() throws Exception {
    Runs first = runs("first");
    Run run = first.open("daily", Choice.RESUME);
    Path staged = Path.of(run.folder().requests("p1"));
    Files.createDirectories(staged.getParent());
    Files.writeString(staged, "{}");

    try (RunLaunch atWork = first.enter(run)) {
      for (Choice choice : Choice.values()) {
        assertThatThrownBy(() -> runs("second").open("daily", choice))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("another launch is working on it");
      }
      assertThat(Path.of(atWork.run().folder().requests("p1"))).exists();
    }
    Run taken = runs("second").open("daily", Choice.RESUME);

    assertThat(staged).doesNotExist();
    assertThat(taken.identity().uid()).isNotEqualTo(run.identity().uid());
    assertThatThrownBy(() -> first.enter(run)).isInstanceOf(UserException.class);
  }

  @Test
  void namesTheRunsThatThereAre() throws Exception {
    run("monday");
    run("tuesday");

    for (String name : List.of("status", "collect", "cancel")) {
      Said said = job.command(name, "--run", "nosuch");
      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err())
          .contains("error: job sentiment has no run nosuch in " + workplace.staging())
          .contains("it has tuesday (finished), monday (finished)");
    }
  }

  private Said run(String run, String... sets) {
    return job.set("run", run, sets);
  }

  private Runs runs(String field) throws Exception {
    List<String> settings = List.of(job.source(), "result.field=" + field);
    return new Runs(
        workplace.staging().toString(),
        JobReader.read(ReviewsJob.FILE, settings),
        Clock.systemUTC());
  }
}
