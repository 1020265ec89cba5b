package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.e2e.RunFixture.Launched;
import io.beambatch.localserver.FaultText;
import io.beambatch.run.Report;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunProgress.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run in many short launches: submitted by one, and looked after by the others. */
@Tag("slow")
class CollectTest {
  private static final String DIRECT = "--runner=DirectRunner";

  /** Far more than are needed: guards against going on for ever. */
  private static final int MOST_LAUNCHES = 200;

  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        DIRECT,
        PipelineOnFlinkTest.DATA_SET,
        PipelineOnFlinkTest.BATCH_DATA_STREAM,
        PipelineOnFlinkTest.STREAMING
      })
  void answersOrFailsEveryDocumentOnce(String runner) throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160")) {
      run.addDocuments("a.jsonl", 0, 500);
      run.addDocuments("b.jsonl", 500, 1000);
      // Those wait for this test: nothing else ends them.
      run.faults(FaultText.parse("batch:slow:3:999999999"));
      launch(run, Launched.SUBMIT, runner);
      assertThat(run.answered()).isEmpty();
      assertThat(run.failed()).as("can't be sent, whatever comes").hasSize(20);
      int chunks = run.progress().chunks().size();
      assertThat(run.progress().count(Stage.IN_FLIGHT)).isEqualTo(chunks);

      collectUntil(run, runner, progress -> progress.count(Stage.JOINED) == chunks - 3);
      assertThat(run.plans()).as("a second attempt would leave out documents").hasSize(1);
      assertThat(run.answered()).isNotEmpty();
      int written = run.answered().size();
      launch(run, Launched.COLLECT, runner);
      assertThat(run.answered()).as("nothing new").hasSize(written);
      assertThat(run.plans()).hasSize(1);

      run.restartServer();
      collectUntil(run, runner, RunProgress::isDone);
      run.assertEveryDocumentOnce(0, 1000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(1000);
      assertThat(report.answered()).isEqualTo(980);
      assertThat(report.attempts()).isEqualTo(2);
    }
  }

  @Test
  void givesTheCsvFilesOfEveryLookTheSameColumns() throws Exception {
    try (RunFixture run = RunFixture.start(folder, "limits.requests=100", "sink.type=csv")) {
      run.addDocuments("a.jsonl", 0, 300);
      Files.writeString(
          folder.resolve("in/b.jsonl"), "{\"id\":\"last\",\"stars\":5,\"text\":\"good, very\"}");
      run.faults(FaultText.parse("batch:slow:1:999999999"));
      launch(run, Launched.SUBMIT, DIRECT);
      int chunks = run.progress().chunks().size();
      collectUntil(run, DIRECT, progress -> progress.count(Stage.JOINED) == chunks - 1);
      List<String> early = run.sinkFiles("answered-");
      assertThat(early).hasSize(chunks - 1);

      run.restartServer();
      collectUntil(run, DIRECT, RunProgress::isDone);

      List<String> all = run.sinkFiles("answered-");
      assertThat(all).hasSize(chunks).containsAll(early);
      List<String> ids = new ArrayList<>();
      for (String file : all) {
        try (CSVParser records =
            CSVFormat.RFC4180
                .builder()
                .setHeader()
                .get()
                .parse(Files.newBufferedReader(Path.of(file)))) {
          assertThat(records.getHeaderNames())
              .containsExactlyInAnyOrder("id", "text", "stars", "sentiment", "_batch");
          for (CSVRecord record : records) {
            ids.add(record.get("id"));
            assertThat(record.get("stars")).isEqualTo(record.get("id").equals("last") ? "5" : "");
          }
        }
      }
      assertThat(ids).doesNotHaveDuplicates().hasSize(295).contains("last");
    }
  }

  /** Answers have no limit, so that only their tokens show what they cost. */
  @ParameterizedTest
  @ValueSource(strings = {DIRECT, PipelineOnFlinkTest.DATA_SET})
  void writesWhatWasPaidForThoughAFurtherAttemptWouldCostTooMuch(String runner) throws Exception {
    try (RunFixture run =
        RunFixture.start(
            folder,
            "limits.cost_usd=0.01",
            "request.body={messages: [{role: user, content: '{{text}}'}]}",
            "prices={gpt-4o-mini: {input: 0.01, output: 1000000}}")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.faults(FaultText.parse("batch:expire:1"));
      String[] options =
          runner.equals(DIRECT) ? new String[] {DIRECT} : PipelineOnFlinkTest.flink(runner);

      assertThatThrownBy(
              () -> run.pipeline(Launched.RUN, run.providers(), options).run().waitUntilFinish())
          .hasStackTraceContaining("more than limits.cost_usd allows ($0.01)");

      int batches = run.plans().get(0).chunks().size();
      assertThat(run.batches()).hasSize(batches);
      assertThat(run.progress().count(Stage.JOINED)).isEqualTo(batches);
      assertThat(run.answered()).doesNotHaveDuplicates().hasSizeBetween(100, 980);
      assertThat(run.progress().isDone()).as("the rest waits").isFalse();
    }
  }

  @Test
  void cancelsWhatIsUnderWayAndKeepsWhatWasAnswered() throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.faults(FaultText.parse("batch:stuck:100%:0.5"));
      launch(run, Launched.SUBMIT, DIRECT);
      int chunks = run.progress().chunks().size();

      launch(run, Launched.CANCEL, DIRECT);

      assertThat(run.progress().isDone()).isTrue();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(1000);
      assertThat(report.answered()).isBetween(400L, 600L);
      assertThat(report.failed()).containsOnlyKeys("invalid_document", "cancelled");
      assertThat(report.answered() + report.failures()).isEqualTo(1000);
      assertThat(run.answered()).doesNotHaveDuplicates().hasSize((int) report.answered());
      assertThat(run.batches()).as("nothing is sent again").hasSize(chunks);
    }
  }

  @Test
  void failsWhatWasNeverSentWhenItIsCancelled() throws Exception {
    // Room for one batch at a time, and it never ends.
    try (RunFixture run =
        RunFixture.start(folder, "limits.requests=160", "limits.enqueued_tokens=4000")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.faults(FaultText.parse("batch:stuck:100%:0%"));
      launch(run, Launched.SUBMIT, DIRECT);
      int sent = run.progress().count(Stage.IN_FLIGHT);
      assertThat(run.progress().count(Stage.UPLOADED)).isPositive();

      launch(run, Launched.CANCEL, DIRECT);

      Report report = run.reconciled();
      assertThat(report.batches()).isEqualTo(sent);
      assertThat(report.answered()).isZero();
      assertThat(report.failed().get("cancelled")).isEqualTo(980);
      assertThat(run.failed())
          .filteredOn(document -> document.at("/_failure/reason").asText().equals("cancelled"))
          .filteredOn(document -> document.at("/_failure/batch_id").isNull())
          .isNotEmpty()
          .allSatisfy(
              document -> {
                assertThat(document.at("/_failure/attempts").asInt()).isZero();
                assertThat(document.at("/_failure/message").asText())
                    .contains("the run was cancelled before it was sent");
              });
    }
  }

  private static void collectUntil(RunFixture run, String runner, Predicate<RunProgress> reached)
      throws Exception {
    for (int i = 0; !reached.test(run.progress()); i++) {
      assertThat(i).isLessThan(MOST_LAUNCHES);
      launch(run, Launched.COLLECT, runner);
    }
  }

  private static void launch(RunFixture run, Launched mode, String runner) throws Exception {
    String[] options =
        runner.equals(DIRECT) ? new String[] {DIRECT} : PipelineOnFlinkTest.flink(runner);
    assertThat(run.pipeline(mode, run.providers(), options).run().waitUntilFinish())
        .isEqualTo(State.DONE);
  }
}
