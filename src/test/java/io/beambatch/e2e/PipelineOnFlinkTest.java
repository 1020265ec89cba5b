package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.run.Report;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Flink runs a pipeline in three ways, which fire timers and finish bundles differently. */
@Tag("slow")
class PipelineOnFlinkTest {
  static final String DATA_SET = "--streaming=false";
  static final String BATCH_DATA_STREAM = "--useDataStreamForBatch";
  static final String STREAMING = "--streaming";

  /**
   * Often, but the first one not at once: a source of Beam that is taken back to a checkpoint from
   * before it was split reads nothing any more.
   */
  static final List<String> CHECKPOINTS =
      List.of("--checkpointingInterval=1000", "--minPauseBetweenCheckpoints=1000");

  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {DATA_SET, BATCH_DATA_STREAM, STREAMING})
  void answersOrFailsEveryDocumentOnce(String mode) throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.addDocuments("b.jsonl", 1000, 2000);
      assertThat(run.pipeline(run.providers(), flink(mode)).run().waitUntilFinish())
          .isEqualTo(State.DONE);
      run.assertEveryDocumentOnce(0, 2000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(2000);
      assertThat(report.answered()).isEqualTo(1960);
      assertThat(report.attempts()).isEqualTo(2);
      assertThat(report.batches()).isGreaterThanOrEqualTo(13);
    }
  }

  static String[] flink(String mode, String... more) {
    return Stream.concat(
            Stream.of("--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2", mode),
            List.of(more).stream())
        .toArray(String[]::new);
  }
}
