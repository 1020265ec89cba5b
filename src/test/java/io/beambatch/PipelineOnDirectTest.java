package io.beambatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.run.Report;
import java.nio.file.Path;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineOnDirectTest {
  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @Test
  void answersOrFailsEveryDocumentOnce() throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.addDocuments("b.jsonl", 1000, 2000);
      assertThat(run.pipeline(run.providers()).run().waitUntilFinish()).isEqualTo(State.DONE);
      run.assertEveryDocumentOnce(0, 2000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(2000);
      assertThat(report.answered()).isEqualTo(1960);
      assertThat(report.attempts()).isEqualTo(2);
      assertThat(report.batches()).isGreaterThanOrEqualTo(13);
    }
  }
}
