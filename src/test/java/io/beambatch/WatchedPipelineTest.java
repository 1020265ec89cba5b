package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.PipelineResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files appear while the pipeline runs: each window's documents are sent when it closes. */
@Tag("slow")
class WatchedPipelineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir Path folder;

  @BeforeEach
  void forgetFaults() {
    Faults.clear();
  }

  static Stream<List<String>> runners() {
    return Stream.of(
        List.of("--blockOnRun=false"),
        List.of(
            PipelineOnFlinkTest.flink(
                PipelineOnFlinkTest.STREAMING,
                "--checkpointingInterval=500",
                "--attachedMode=false")));
  }

  @ParameterizedTest
  @MethodSource("runners")
  void answersFilesAsTheyAppear(List<String> options) throws Exception {
    Faults.loseLines();
    try (RunFixture run = watched()) {
      run.addDocuments("a.jsonl", 0, 200);
      PipelineResult result = run.pipeline(run.providers(), options.toArray(String[]::new)).run();
      try {
        awaitOutcomes(run, 200);
        run.addDocuments("b.jsonl", 200, 300);
        run.addDocuments("c.jsonl", 300, 500);
        awaitOutcomes(run, 500);
      } finally {
        result.cancel();
      }
      run.assertEveryDocumentOnce(0, 500);
      run.assertEveryChunkPaidOnce();
      assertThat(run.closedAccounts().attempts()).isEqualTo(2);
    }
  }

  private RunFixture watched() throws Exception {
    return RunFixture.start(
        folder, "source.watch=100ms", "source.window=1s", "limits.requests=100");
  }

  private static void awaitOutcomes(RunFixture run, int documents) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (run.answered().size() + run.failed().size() < documents) {
      assertThat(Instant.now())
          .as("%d answered, %d failed", run.answered().size(), run.failed().size())
          .isBefore(deadline);
      Thread.sleep(50);
    }
  }
}
