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
    String cache = "cache.path=" + folder.resolve("cache");
    try (RunFixture run =
        RunFixture.start(folder, "limits.requests=160", "duplicates=once", cache)) {
      run.addDocuments("a.jsonl", 0, 1500);
      run.addDuplicates("b.jsonl", 1500, 2000);
      assertThat(run.pipeline(run.providers(), flink(mode)).run().waitUntilFinish())
          .isEqualTo(State.DONE);
      run.assertEveryDocumentOnce(0, 2000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(2000);
      assertThat(report.answered()).isEqualTo(1960);
      assertThat(report.reused()).isEqualTo(490);
      assertThat(report.attempts()).isEqualTo(2);
      assertThat(report.batches()).isGreaterThanOrEqualTo(10);
    }
    try (RunFixture next = RunFixture.start(folder.resolve("next"), cache)) {
      next.addDocuments("a.jsonl", 1400, 1600);
      assertThat(next.pipeline(next.providers(), flink(mode)).run().waitUntilFinish())
          .isEqualTo(State.DONE);
      next.assertEveryDocumentOnce(1400, 1600);
      next.assertEveryChunkPaidOnce();
      assertThat(next.reconciled().reused()).as("answers of the run before").isEqualTo(98);
    }
  }

  static String[] flink(String mode, String... more) {
    return Stream.concat(
            Stream.of("--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2", mode),
            List.of(more).stream())
        .toArray(String[]::new);
  }
}
