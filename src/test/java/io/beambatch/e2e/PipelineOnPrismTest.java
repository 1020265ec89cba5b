package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.e2e.RunFixture.Launched;
import io.beambatch.emulator.PrismRunner;
import io.beambatch.localserver.FaultText;
import io.beambatch.run.Report;
import io.beambatch.run.RunProgress.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The graphs that Dataflow is given, by way of the portable protocols: a runner that knows only
 * what is translated, and Java's SDK harness, which runs the steps.
 */
@Tag("slow")
class PipelineOnPrismTest {
  private static final String PRISM = "--runner=" + PrismRunner.class.getName();

  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @Test
  void answersOrFailsEveryDocumentOnce() throws Exception {
    Faults.loseLines();
    String cache = "cache.path=" + folder.resolve("cache");
    try (RunFixture run =
        RunFixture.start(folder, "limits.requests=100", "duplicates=once", cache)) {
      run.addDocuments("a.jsonl", 0, 400);
      run.addDuplicates("b.jsonl", 400, 500);

      launch(run, Launched.RUN);

      run.assertEveryDocumentOnce(0, 500);
      run.assertEveryChunkPaidOnce();
      assertThat(run.reconciled().attempts()).isEqualTo(2);
      assertThat(run.reconciled().reused()).isEqualTo(98);
    }
    try (RunFixture next = RunFixture.start(folder.resolve("next"), cache)) {
      next.addDocuments("a.jsonl", 300, 500);

      launch(next, Launched.RUN);

      next.assertEveryDocumentOnce(300, 500);
      next.assertEveryChunkPaidOnce();
      assertThat(next.reconciled().reused()).as("answers of the run before").isEqualTo(98);
    }
  }

  /** As on Dataflow: the harness is another process, and has what was staged for it. */
  @Test
  void answersFromStagedJars() throws Exception {
    try (RunFixture run = RunFixture.start(folder, "limits.requests=100")) {
      run.addDocuments("a.jsonl", 0, 200);
      String[] options = PrismRunner.withStagedJars(folder).toArray(String[]::new);

      assertThat(run.pipeline(run.providers(), options).run().waitUntilFinish())
          .isEqualTo(State.DONE);

      run.assertEveryDocumentOnce(0, 200);
      run.assertEveryChunkPaidOnce();
      assertThat(folder).isDirectoryRecursivelyContaining("glob:**/staged/test-classes*.jar");
    }
  }

  @Test
  void submitsCollectsAndCancels() throws Exception {
    try (RunFixture run = RunFixture.start(folder, "limits.requests=100")) {
      run.addDocuments("a.jsonl", 0, 500);
      run.faults(FaultText.parse("batch:stuck:1:0.5"));
      launch(run, Launched.SUBMIT);
      int chunks = run.progress().chunks().size();
      assertThat(run.progress().count(Stage.IN_FLIGHT)).isEqualTo(chunks);

      for (int i = 0; run.progress().count(Stage.JOINED) < chunks - 1; i++) {
        assertThat(i).isLessThan(100);
        launch(run, Launched.COLLECT);
      }
      launch(run, Launched.CANCEL);

      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(500);
      assertThat(report.failed()).containsOnlyKeys("invalid_document", "cancelled");
      assertThat(report.answered() + report.failures()).isEqualTo(500);
      assertThat(run.answered()).doesNotHaveDuplicates().hasSize((int) report.answered());
      assertThat(run.batches()).hasSize(chunks);
    }
  }

  @Test
  void answersFilesAsTheyAppear() throws Exception {
    try (RunFixture run =
        RunFixture.start(folder, "source.watch=100ms", "source.window=1s", "limits.requests=100")) {
      run.addDocuments("a.jsonl", 0, 100);
      PipelineResult stream = run.pipeline(run.providers(), PRISM).run();
      try {
        await(() -> run.isAccountedFor(100));
        run.addDocuments("b.jsonl", 100, 200);
        await(() -> run.isAccountedFor(200));
      } finally {
        stream.cancel();
      }
      run.assertEveryDocumentOnce(0, 200);
      run.assertEveryChunkPaidOnce();
    }
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(condition);
  }

  private static void launch(RunFixture run, Launched mode) throws Exception {
    assertThat(run.pipeline(mode, run.providers(), PRISM).run().waitUntilFinish())
        .isEqualTo(State.DONE);
  }
}
