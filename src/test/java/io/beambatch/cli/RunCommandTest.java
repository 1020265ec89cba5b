package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
  @TempDir Path folder;
  private Workplace workplace;
  private ReviewsJob job;

  @BeforeEach
  void reviewsAreThere() throws IOException {
    job =
        ReviewsJob.in(
            folder,
            "{\"id\": 1, \"text\": \"A great kettle\", \"price\": 1.10}",
            "{\"id\": 2, \"text\": \"Terrible\"}",
            "{\"id\": 3, \"text\": \"It is a lamp\"}");
    workplace = job.workplace();
  }

  @Test
  void tellsWhatItDoesAndWhatCameOut() throws Exception {
    Said said = run("--run", "monday");

    assertThat(said.exitCode()).isZero();
    assertThat(said.err())
        .contains("run monday of job sentiment in " + workplace.staging() + "/sentiment/monday")
        .contains("1 of 1 batches submitted, 1 ended; 3 of 3 requests answered");
    assertThat(said.told("documents")).isEqualTo("3");
    assertThat(said.told("answered")).isEqualTo("3");
    assertThat(said.told("failed")).isEqualTo("0");
    assertThat(said.told("answers")).isEqualTo(workplace.sink() + "-monday-*");
    assertThat(Workplace.files(workplace.sink(), ".jsonl"))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("answers-monday-a1-c00000.jsonl");
  }

  @Test
  void beginsAnotherRunWhenTheLastOneIsFinished() throws Exception {
    Said first = run();
    Said second = run();

    assertThat(second.exitCode()).isZero();
    assertThat(second.told("run")).isNotEqualTo(first.told("run"));
    assertThat(workplace.batches()).hasSize(2);
  }

  @Test
  void saysThatARunWasFinishedBeforeAndSendsNothing() throws Exception {
    Said first = run("--run", "a");
    Said second = run("--run", "a");

    assertThat(second.exitCode()).isZero();
    assertThat(second.err()).contains("run a was finished before; nothing to do");
    assertThat(second.out()).isEqualTo(first.out());
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void refusesAFinishedRunForAnotherJob() throws Exception {
    run("--run", "a");
    Said said = run("--run", "a", "--set", "request.prompt.max_tokens=11");

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err())
        .contains("run a of job sentiment is finished, and was begun with another job")
        .contains("what differs: request.body.max_completion_tokens.");
  }

  @Test
  void goesOnWithAnUnfinishedRunWithoutPayingTwice() throws Exception {
    Path blocked = folder.resolve("out/answers-a-a1-c00000.jsonl");
    Path inside = Files.createDirectories(blocked.resolve("a folder where the file has to be"));

    Said stopped = run("--run", "a");
    assertThat(stopped.exitCode()).isEqualTo(1);
    assertThat(stopped.err()).contains("error: Can't write ").contains(blocked.toString());

    Said changed = run("--set", "request.model=gpt-4o");
    assertThat(changed.exitCode()).isEqualTo(1);
    assertThat(changed.err())
        .contains("run a of job sentiment is not finished, and was begun with another job")
        .contains("what differs: request.model.")
        .contains("--new-run");

    Files.delete(inside);
    Files.delete(blocked);
    Said resumed = run();
    assertThat(resumed.exitCode()).as("%s", resumed).isZero();
    assertThat(resumed.err()).contains("resuming run a of job sentiment");
    assertThat(workplace.answered()).hasSize(3);
    assertThat(workplace.batches()).hasSize(1);
  }

  @Test
  void beginsAnotherRunBesideAnUnfinishedOneIfAsked() throws Exception {
    Path blocked = folder.resolve("out/answers-a-a1-c00000.jsonl");
    Path inside = Files.createDirectories(blocked.resolve("a folder where the file has to be"));
    run("--run", "a");
    Files.delete(inside);
    Files.delete(blocked);

    Said said = run("--new-run", "--run", "b");

    assertThat(said.exitCode()).isZero();
    assertThat(said.told("run")).isEqualTo("sentiment b");
    assertThat(workplace.batches()).hasSize(2);
    Said again = run("--new-run", "--run", "b");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err()).contains("run b of job sentiment exists already");
  }

  @Test
  void namesThePathThatMatchesNoFileAndIsNotInTheWayOfTheNextRun() throws Exception {
    Said missing = run("--set", "source.path=" + folder.resolve("reviws.jsonl"));
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err())
        .contains("error: No file matches source.path " + folder.resolve("reviws.jsonl"))
        .doesNotContain("\tat ");

    assertThat(run().exitCode()).isZero();
    assertThat(workplace.answered()).hasSize(3);
  }

  @Test
  void findsOutThatTheAnswersCouldNotBeWrittenBeforeAnythingIsSent() throws Exception {
    Path blocked = workplace.write("out", "a file where the folder has to be");

    Said said = run("--run", "a");

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err())
        .contains("error: sink.path " + workplace.sink() + " can't be written, so nothing was sent")
        .contains(blocked + " (Not a directory)")
        .doesNotContain("\tat ");
    assertThat(workplace.batches()).isEmpty();
    Files.delete(blocked);
    assertThat(run("--run", "a").exitCode()).isZero();
  }

  @Test
  void endsWellWithoutDocuments() throws Exception {
    Path empty = workplace.write("empty.jsonl", "");

    Said said = run("--set", "source.path=" + empty);

    assertThat(said.exitCode()).isZero();
    assertThat(workplace.report(said).path("documents").asLong()).isZero();
    assertThat(workplace.report(said).path("batches").asLong()).isZero();
    assertThat(said.out()).doesNotContain("answers");
    assertThat(workplace.batches()).isEmpty();
  }

  @Test
  void endsWithThreeWhenMoreDocumentsFailedThanAllowed() throws Exception {
    job = ReviewsJob.in(folder, "{\"id\":1,\"text\":\"x\"}", "{oops", "{\"id\":3}");

    Said said = run("--run", "a", "--set", "retry.max_failed=1");

    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.err())
        .contains("error: 2 of 3 documents failed, more than retry.max_failed allows")
        .contains(workplace.failures() + "-a-*");
    assertThat(workplace.answered()).hasSize(1);
    assertThat(workplace.failed())
        .extracting(document -> document.at("/_failure/reason").asText())
        .containsExactly("invalid_document", "invalid_document");
    assertThat(workplace.report(said).at("/failed/invalid_document").asInt()).isEqualTo(2);
    assertThat(run("--run", "a", "--set", "retry.max_failed=2").exitCode()).isZero();
  }

  @Test
  void countsAsAnsweredOnlyWhatWasAnswered() {
    Said said = run("--fault", "line:error_400");

    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.err()).contains("1 ended; 0 of 3 requests answered").doesNotContain("3 of 3");
  }

  @Test
  void endsWithFourOverBudgetAndSendsNothing() throws Exception {
    Said said = run("--set", "limits.cost_usd=0.0000001");

    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.err())
        .contains("more than limits.cost_usd allows ($0.0000001); nothing of it was sent")
        .doesNotContain("\tat ");
    assertThat(workplace.batches()).isEmpty();

    Said raised = run("--set", "limits.cost_usd=1");
    assertThat(raised.exitCode()).isZero();
    assertThat(raised.err()).contains("resuming run");
  }

  @Test
  void takesFailedDocumentsInAgainAsTheyAre() throws Exception {
    Said first = run("--set", "request.prompt.max_tokens=1");
    assertThat(workplace.report(first).at("/failed/truncated").asInt()).isEqualTo(3);
    List<JsonNode> failed = workplace.failed();
    assertThat(failed).hasSize(3);

    Said again = run("--set", "source.path=" + workplace.failures() + "-*.jsonl");

    assertThat(again.exitCode()).isZero();
    assertThat(workplace.answered().stream().map(RunCommandTest::withoutAnswer))
        .containsExactlyInAnyOrderElementsOf(SourceDocuments.lines(job.reviews()));
  }

  @Test
  void deletesWhatItUploadedUnlessItIsToBeKept() throws Exception {
    assertThat(run("--run", "a").exitCode()).isZero();
    assertThat(workplace.uploads()).isEmpty();

    assertThat(run("--run", "b", "--set", "keep_files=true").exitCode()).isZero();
    assertThat(workplace.uploads()).hasSize(1);
  }

  @Test
  void namesTheKeyThatIsMissing() throws Exception {
    // Nothing listens there, should the machine have a key.
    Said said =
        Said.by(
            workplace.command(
                "run",
                ReviewsJob.FILE,
                "--set",
                job.source(),
                "--set",
                "request.base_url=http://127.0.0.1:1/v1"));

    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .contains("error: No API key: set the environment variable OPENAI_API_KEY");
    assertThat(Files.exists(workplace.staging())).isFalse();
  }

  @Test
  void refusesNamesThatLeadElsewhere() {
    for (String name : List.of("../../evil", "runs", "a/b", "", "x".repeat(65))) {
      Said said = run("--run=" + name);

      assertThat(said.exitCode()).isEqualTo(2);
      assertThat(said.err())
          .contains("error: --run " + name + ": a run's name is 1 to 64 letters")
          .doesNotContain("\tat ");
    }
  }

  private Said run(String... more) {
    return job.command("run", more);
  }

  private static JsonNode withoutAnswer(JsonNode document) {
    return ((ObjectNode) document.deepCopy()).remove(List.of("sentiment", "_batch"));
  }

  @Test
  void saysWhatItWillCostBeforeAnythingIsSentAndNotAgain() throws Exception {
    String cost =
        "Will cost up to \\$0\\.\\d+ by batch \\(\\$0\\.\\d+ in real time\\): 40 requests in 1"
            + " batch";
    Workplace workplace = new Workplace(folder);

    Said submitted = Said.by(workplace.command("submit", ReviewsJob.FILE, "--local", "--run", "a"));
    Said resumed = workplace.run(ReviewsJob.FILE, "--run", "a");

    assertThat(submitted.err()).containsPattern("(?s)" + cost + ".*1 of 1 batches submitted");
    assertThat(resumed.exitCode()).as("%s", resumed).isZero();
    assertThat(resumed.err()).doesNotContain("ill cost");
    assertThat(
            Said.by(
                    workplace.command(
                        "run",
                        ReviewsJob.FILE,
                        "--local",
                        "--set",
                        "request.model=house-model",
                        "--new-run"))
                .err())
        .contains("Will cost what is not known, since there is no price for house-model");
  }
}
