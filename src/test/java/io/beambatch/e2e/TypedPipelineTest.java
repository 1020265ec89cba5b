package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.emulator.GcsEmulator;
import io.beambatch.records.RowFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.avro.LogicalTypes;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with a schema in Google Cloud Storage, in both directions, on Flink. */
@Tag("slow")
class TypedPipelineTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;
  private GcsEmulator emulator;
  private String root;

  @BeforeEach
  void start() throws Exception {
    emulator = GcsEmulator.start();
    root = "gs://" + emulator.bucket() + "/reviews";
    GcsEmulator.use(emulator.url());
  }

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @Test
  void answersOrFailsEveryRecordOnceInABatch() throws Exception {
    Faults.loseLines();
    try (RunFixture run = run(RowFormat.PARQUET, RowFormat.AVRO)) {
      run.addRecords(RowFormat.PARQUET, "a.parquet", 0, 300);
      run.addRecords(RowFormat.PARQUET, "b.parquet", 300, 400);
      assertThat(
              run.pipeline(run.providers(), flink(PipelineOnFlinkTest.DATA_SET))
                  .run()
                  .waitUntilFinish())
          .isEqualTo(State.DONE);
      assertEveryRecordOnce(run, 400);
      assertThat(run.reconciled().attempts()).isEqualTo(2);
    }
  }

  @Test
  void answersRecordsOfFilesAsTheyAppear() throws Exception {
    try (RunFixture run =
        run(RowFormat.AVRO, RowFormat.PARQUET, "source.watch=100ms", "source.window=1s")) {
      PipelineResult launch =
          run.pipeline(
                  run.providers(),
                  flink(
                      PipelineOnFlinkTest.STREAMING,
                      Stream.concat(
                              PipelineOnFlinkTest.CHECKPOINTS.stream(),
                              Stream.of("--attachedMode=false"))
                          .toArray(String[]::new)))
              .run();
      try {
        run.addRecords(RowFormat.AVRO, "a.avro", 0, 100);
        await(run, 100);
        run.addRecords(RowFormat.AVRO, "b.avro", 100, 200);
        await(run, 200);
      } finally {
        launch.cancel();
      }
      assertEveryRecordOnce(run, 200);
    }
  }

  private RunFixture run(RowFormat from, RowFormat to, String... more) throws Exception {
    String type = from.name().toLowerCase(Locale.ROOT);
    return RunFixture.start(
        root,
        folder,
        Stream.concat(
                Stream.of(
                    "source.type=" + type,
                    "source.path=" + root + "/in/*." + type,
                    "sink.type=" + to.name().toLowerCase(Locale.ROOT),
                    "limits.requests=160"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private String[] flink(String mode, String... more) {
    return PipelineOnFlinkTest.flink(
        mode,
        Stream.concat(emulator.beamOptions().stream(), Stream.of(more)).toArray(String[]::new));
  }

  private static void assertEveryRecordOnce(RunFixture run, int records) throws Exception {
    run.assertEveryDocumentOnce(0, records);
    run.assertEveryChunkPaidOnce();
    assertThat(run.sinkFiles("answered-"))
        .isNotEmpty()
        .allSatisfy(
            file ->
                assertThat(
                        RunFixture.format(file)
                            .open(file)
                            .schema()
                            .getField("day")
                            .schema()
                            .getLogicalType())
                    .isEqualTo(LogicalTypes.date()));
  }

  private static void await(RunFixture run, int documents) {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(run.isAccountedFor(documents))
                    .as("%d plans", run.plans().size())
                    .isTrue());
  }
}
