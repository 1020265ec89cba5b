package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.e2e.RunFixture.Launched;
import io.beambatch.localserver.FaultText;
import io.beambatch.run.Report;
import io.beambatch.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files appear while the pipeline runs: each window's documents are sent when it closes. */
@Tag("slow")
class WatchedPipelineTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final List<String> STEPS =
      List.of(
          "Read documents/Watch files/Find new files",
          "Read documents/Read records/Split files",
          "Read documents/Read records/Read splits",
          "Shard into chunks/Render and write parts",
          "Shard into chunks/List origins/Map",
          "Shard into chunks/Plan/Pack and commit",
          "Shard into chunks/Add committed plans/Pass each plan once",
          "Attempt 1/Upload/Upload parts",
          "Attempt 1/Await batches/Submit and await",
          "Attempt 1/Join results/Join chunk",
          "Shard into chunks 2/Commit a plan for each part",
          "Attempt 2/Await batches/Submit and await",
          "Write/Write files");

  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  static Stream<List<String>> runners() {
    return Stream.of(List.of("--blockOnRun=false"), List.of(flink()));
  }

  private static String[] flink(String... more) {
    return PipelineOnFlinkTest.flink(
        PipelineOnFlinkTest.STREAMING,
        Stream.of(
                PipelineOnFlinkTest.CHECKPOINTS.stream(),
                Stream.of("--attachedMode=false"),
                Stream.of(more))
            .flatMap(options -> options)
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("runners")
  void answersFilesAsTheyAppearAndGoesOnWhereAnEarlierLaunchStopped(List<String> options)
      throws Exception {
    Faults.loseLines();
    try (RunFixture run = watched()) {
      run.addDocuments("a.jsonl", 0, 200);
      PipelineResult first = launch(run, options);
      try {
        await(() -> run.isAccountedFor(200), run);
        assertThat(run.reconciled().attempts()).isEqualTo(2);
        int plans = run.plans().size();
        run.addDocuments("b.jsonl", 200, 300);
        await(() -> run.plans().size() > plans, run);
        run.addDocuments("c.jsonl", 300, 400);
      } finally {
        first.cancel();
      }
      run.addDocuments("d.jsonl", 400, 500);
      PipelineResult second = launch(run, options);
      try {
        await(() -> run.isAccountedFor(500), run);
      } finally {
        second.cancel();
      }
      run.assertEveryDocumentOnce(0, 500);
      run.assertEveryChunkPaidOnce();
    }
  }

  @Test
  void goesBackToCheckpointsWithoutPayingTwice() throws Exception {
    Faults.loseLines();
    // Before a step, nothing is done that isn't done after the one that it follows.
    STEPS.forEach(step -> Faults.arm("after " + step, 0));
    try (RunFixture run = watched()) {
      run.addDocuments("a.jsonl", 0, 200);
      Pipeline pipeline =
          run.pipeline(
              run.providers(), flink("--numberOfExecutionRetries=100", "--executionRetryDelay=10"));
      Faults.intoSteps(pipeline, STEPS);
      PipelineResult launch = pipeline.run();
      try {
        await(() -> run.isAccountedFor(200), run);
        run.addDocuments("b.jsonl", 200, 300);
        await(() -> run.isAccountedFor(300) && Faults.left().isEmpty(), run);
      } finally {
        launch.cancel();
      }
      run.assertEveryDocumentOnce(0, 300);
      run.assertEveryChunkPaidOnce();
    }
  }

  @Test
  void goesOnByItselfOnceTheProviderTakesBatchesAgain() throws Exception {
    try (RunFixture run = watched()) {
      run.faults(FaultText.parse("create_batch:no_quota:3"));
      run.addDocuments("a.jsonl", 0, 200);
      PipelineResult launch = launch(run, List.of("--blockOnRun=false"));
      try {
        await(() -> run.isAccountedFor(200), run);
      } finally {
        launch.cancel();
      }
      run.assertEveryDocumentOnce(0, 200);
      run.assertEveryChunkPaidOnce();
    }
  }

  @Test
  void isCancelledThoughItsSourceNeverEnds() throws Exception {
    try (RunFixture run = watched()) {
      run.addDocuments("a.jsonl", 0, 200);
      run.faults(FaultText.parse("batch:stuck:100%:0.5"));
      PipelineResult launch = launch(run, List.of("--blockOnRun=false"));
      try {
        await(() -> !run.batches().isEmpty(), run);
      } finally {
        launch.cancel();
      }

      assertThat(run.pipeline(Launched.CANCEL, run.providers()).run().waitUntilFinish())
          .isEqualTo(State.DONE);

      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(200);
      assertThat(report.answered()).isPositive();
      assertThat(report.failed()).containsOnlyKeys("invalid_document", "cancelled");
      assertThat(report.answered() + report.failures()).isEqualTo(200);
      assertThat(run.answered()).doesNotHaveDuplicates().hasSize((int) report.answered());
    }
  }

  @Test
  void givesEachCsvFileTheColumnsOfAllThatIsPlanned() throws Exception {
    try (RunFixture run =
        RunFixture.start(folder, "source.watch=100ms", "source.window=1s", "sink.type=csv")) {
      run.addDocuments("a.jsonl", 0, 20);
      PipelineResult launch = launch(run, List.of("--blockOnRun=false"));
      try {
        await(() -> run.isAccountedFor(20), run);
        Storage.write(
            folder + "/in/b.jsonl",
            out ->
                out.write(
                    "{\"id\":\"w\",\"more\":{\"a\":1},\"text\":7}\n"
                        .getBytes(StandardCharsets.UTF_8)));
        await(() -> run.isAccountedFor(21), run);
      } finally {
        launch.cancel();
      }
      List<List<String>> files = new ArrayList<>();
      for (String file : run.sinkFiles("answered-")) {
        files.add(RunFixture.linesOf(file));
      }
      assertThat(files)
          .satisfiesExactlyInAnyOrder(
              file -> assertThat(file).hasSize(21).first().isEqualTo("id,text,sentiment,_batch"),
              file ->
                  assertThat(file)
                      .satisfiesExactly(
                          head -> assertThat(head).isEqualTo("id,text,more,sentiment,_batch"),
                          line -> assertThat(line).startsWith("w,7,\"{\"\"a\"\":1}\",")));
    }
  }

  private RunFixture watched() throws Exception {
    return RunFixture.start(
        folder, "source.watch=100ms", "source.window=1s", "limits.requests=100");
  }

  private static PipelineResult launch(RunFixture run, List<String> options) throws Exception {
    return run.pipeline(run.providers(), options.toArray(String[]::new)).run();
  }

  private static void await(Callable<Boolean> condition, RunFixture run) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(condition.call())
                    .as("%d plans, places that never threw: %s", run.plans().size(), Faults.left())
                    .isTrue());
  }
}
