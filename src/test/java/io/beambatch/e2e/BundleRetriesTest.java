package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every step throws once, and every call to the provider before and after its work. The direct
 * runner gives up and is launched again; there, a step throws before its work. Flink starts again
 * by itself; there, a step throws after its work, and else only in the middle of a bundle: after a
 * step is before the next one.
 */
@Tag("slow")
class BundleRetriesTest {
  /** No document is sent a third time. */
  private static final Pattern NOTHING_TO_DO =
      Pattern.compile(
          "Pass retry requests 2/.*|(Shard into chunks|Check budget|Attempt|Results) 3(/.*)?");

  private static final List<String> CALLS =
      List.of("before upload", "after upload", "before create", "after create", "list", "download");

  @TempDir Path folder;

  private final Set<String> armed = new HashSet<>();

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @BeforeEach
  void arm() {
    Faults.loseLines();
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
        restart-strategy.fixed-delay.attempts: 300
        restart-strategy.fixed-delay.delay: 10 ms
        """);
    endsOnFlink(PipelineOnFlinkTest.DATA_SET, "--flinkConfDir=" + conf);
  }

  @Test
  void startedAgainByFlinkWithBatchedStreams() throws Exception {
    endsOnFlink(
        PipelineOnFlinkTest.BATCH_DATA_STREAM,
        "--numberOfExecutionRetries=300",
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
                    "--numberOfExecutionRetries=300",
                    "--executionRetryDelay=10"))
            .toArray(String[]::new));
  }

  private void endsOnFlink(String mode, String... options) throws Exception {
    try (RunFixture run = started()) {
      Pipeline pipeline = run.pipeline(run.providers(), PipelineOnFlinkTest.flink(mode, options));
      intoEveryStep(pipeline, "after");
      assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
      assertAllIsWell(run);
    }
  }

  /** Whatever steps the graph has, each that was not there in an earlier launch is armed. */
  private void intoEveryStep(Pipeline pipeline, String when) {
    List<String> steps =
        Faults.steps(pipeline).stream()
            .filter(step -> !NOTHING_TO_DO.matcher(step).matches())
            .toList();
    for (String step : steps) {
      if (armed.add(step)) {
        Faults.arm(when + " " + step, 0);
        if (step.matches(".*(documents|write parts)")) {
          // Where there are many elements, one in the middle of a bundle.
          Faults.arm("before " + step, 3);
        }
      }
    }
    Faults.intoSteps(pipeline, steps);
  }

  private RunFixture started() throws Exception {
    RunFixture run = RunFixture.start(folder, "limits.requests=100");
    run.addDocuments("a.jsonl", 0, 300);
    run.addDocuments("b.jsonl", 300, 500);
    return run;
  }

  private boolean fails(RunFixture run) throws Exception {
    Pipeline pipeline = run.pipeline(run.providers());
    intoEveryStep(pipeline, "before");
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
    assertThat(run.reconciled().attempts()).isEqualTo(2);
  }
}
