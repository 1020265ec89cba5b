package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.emulator.GcsEmulator;
import io.beambatch.run.Report;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Source, staging, sink and failures in Google Cloud Storage. */
@Tag("slow")
class PipelineOnGcsTest {
  @TempDir Path folder;
  private GcsEmulator emulator;
  private String root;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @BeforeEach
  void start() throws Exception {
    emulator = GcsEmulator.start();
    root = "gs://" + emulator.bucket() + "/reviews";
    GcsEmulator.use(emulator.url());
  }

  /** {@link TypedPipelineTest} does it on Flink. */
  @Test
  void answersOrFailsEveryDocumentOnce() throws Exception {
    Faults.loseLines();
    String cache = "cache.path=" + root + "/cache";
    try (RunFixture run =
        RunFixture.start(root, folder, "limits.requests=160", "duplicates=once", cache)) {
      run.addDocuments("a.jsonl", 0, 700);
      run.addDuplicates("b [2].jsonl", 700, 1000);
      assertThat(run.pipeline(run.providers(), options()).run().waitUntilFinish())
          .isEqualTo(State.DONE);
      run.assertEveryDocumentOnce(0, 1000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(1000);
      assertThat(report.answered()).isEqualTo(980);
      assertThat(report.reused()).isEqualTo(294);
      assertThat(report.attempts()).isEqualTo(2);
    }
    try (RunFixture next = RunFixture.start(root + "/next", folder.resolve("next"), cache)) {
      next.addDocuments("a.jsonl", 600, 800);
      assertThat(next.pipeline(next.providers(), options()).run().waitUntilFinish())
          .isEqualTo(State.DONE);
      next.assertEveryDocumentOnce(600, 800);
      next.assertEveryChunkPaidOnce();
      assertThat(next.reconciled().reused()).as("answers of the run before").isEqualTo(98);
    }
  }

  @Test
  void answersFilesAsTheyAppear() throws Exception {
    try (RunFixture run =
        RunFixture.start(
            root, folder, "source.watch=100ms", "source.window=1s", "limits.requests=100")) {
      run.addDocuments("a.jsonl", 0, 200);
      PipelineResult launch = run.pipeline(run.providers(), options("--blockOnRun=false")).run();
      try {
        await(run, 200);
        run.addDocuments("b.jsonl", 200, 300);
        await(run, 300);
      } finally {
        launch.cancel();
      }
      run.assertEveryDocumentOnce(0, 300);
      run.assertEveryChunkPaidOnce();
    }
  }

  private String[] options(String... more) {
    return Stream.concat(emulator.beamOptions().stream(), Stream.of(more)).toArray(String[]::new);
  }

  private static void await(RunFixture run, int documents) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(
            () ->
                assertThat(run.isAccountedFor(documents))
                    .as("%d plans", run.plans().size())
                    .isTrue());
  }
}
