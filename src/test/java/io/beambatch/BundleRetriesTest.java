package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every step throws once before and once after its work, and every call to the provider: the direct
 * runner gives up and is launched again, Flink starts again by itself.
 */
@Tag("slow")
class BundleRetriesTest {
  private static final List<String> READING =
      List.of(
          "Read documents/Match files",
          "Read documents/Cut into slices",
          "Read documents/Read slices",
          "Render requests/Render",
          "Shard into chunks/Count documents",
          "Shard into chunks/Write parts",
          "Shard into chunks/Write failures",
          "Shard into chunks/Plan/Pack and commit");

  private static final List<String> AFTER_THE_PLAN =
      List.of(
          "Gather invalid/Join files",
          "Check budget 1",
          "Attempt 1/Upload/Upload parts",
          "Attempt 1/Await batches/Submit and await",
          "Attempt 1/Join results/Join chunk",
          "Shard into chunks 2/Plan/Pack and commit",
          "Attempt 2/Upload/Upload parts",
          "Attempt 2/Await batches/Submit and await",
          "Attempt 2/Join results/Join chunk",
          "Write/Write files",
          "Note what was written/Note",
          "Close accounts/Close");

  private static final List<String> STEPS =
      Stream.concat(READING.stream(), AFTER_THE_PLAN.stream()).toList();

  private static final List<String> CALLS =
      List.of("before upload", "after upload", "before create", "after create", "list", "download");

  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @BeforeEach
  void arm() {
    Faults.loseLines();
    for (String step : STEPS) {
      // Where there are many elements, one in the middle of a bundle; else the only one.
      Faults.arm("before " + step, step.matches(".*(Render|documents|Write parts)") ? 3 : 0);
      Faults.arm("after " + step, 0);
    }
    CALLS.forEach(call -> Faults.arm(call, 1));
  }

  @Test
  void launchedAgainOnTheDirectRunnerUntilItEnds() throws Exception {
    try (RunFixture run = started()) {
      int launches = 1;
      while (fails(run)) {
        launches++;
        assertThat(launches).isLessThan(100);
      }
      assertThat(launches).isGreaterThan(20);
      assertAllIsWell(run);
    }
  }

  @Test
  void startedAgainByFlinkWithDataSets() throws Exception {
    // Beam hands --numberOfExecutionRetries to streams only; for data sets it is Flink's setting.
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(
        conf.resolve("flink-conf.yaml"),
        """
        restart-strategy: fixed-delay
        restart-strategy.fixed-delay.attempts: 100
        restart-strategy.fixed-delay.delay: 10 ms
        """);
    endsOnFlink(PipelineOnFlinkTest.DATA_SET, "--flinkConfDir=" + conf);
  }

  @Test
  void startedAgainByFlinkWithBatchedStreams() throws Exception {
    endsOnFlink(
        PipelineOnFlinkTest.BATCH_DATA_STREAM,
        "--numberOfExecutionRetries=100",
        "--executionRetryDelay=10");
  }

  @Test
  void startedAgainByFlinkFromCheckpoints() throws Exception {
    endsOnFlink(
        PipelineOnFlinkTest.STREAMING,
        Stream.concat(
                PipelineOnFlinkTest.CHECKPOINTS.stream(),
                Stream.of(
                    "--shutdownSourcesAfterIdleMs=0",
                    "--numberOfExecutionRetries=100",
                    "--executionRetryDelay=10"))
            .toArray(String[]::new));
  }

  private void endsOnFlink(String mode, String... options) throws Exception {
    try (RunFixture run = started()) {
      Pipeline pipeline = run.pipeline(run.providers(), PipelineOnFlinkTest.flink(mode, options));
      Faults.intoSteps(pipeline, STEPS);
      assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
      assertAllIsWell(run);
    }
  }

  private RunFixture started() throws Exception {
    RunFixture run = RunFixture.start(folder, "limits.requests=100");
    run.addDocuments("a.jsonl", 0, 300);
    run.addDocuments("b.jsonl", 300, 500);
    return run;
  }

  private static boolean fails(RunFixture run) throws Exception {
    Pipeline pipeline = run.pipeline(run.providers());
    Faults.intoSteps(pipeline, STEPS);
    Throwable thrown = catchThrowable(() -> pipeline.run().waitUntilFinish());
    if (thrown != null) {
      assertThat(thrown).hasStackTraceContaining("injected fault");
    }
    return thrown != null;
  }

  private static void assertAllIsWell(RunFixture run) throws Exception {
    assertThat(Faults.left()).as("places that never threw").isEqualTo(Set.of());
    run.assertEveryDocumentOnce(0, 500);
    run.assertEveryChunkPaidOnce();
    assertThat(run.closedAccounts().attempts()).isEqualTo(2);
  }
}
