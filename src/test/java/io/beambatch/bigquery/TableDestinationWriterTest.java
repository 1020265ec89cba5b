package io.beambatch.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.SmallJob;
import io.beambatch.job.TableDestination;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.DestinationWriter;
import io.beambatch.sink.DocumentWriter;
import io.beambatch.sink.Output;
import io.beambatch.sink.WriteResults;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.joda.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failed documents, whose table has the same columns in every run, are loaded by few jobs. */
class TableDestinationWriterTest {
  private static final RunIdentity RUN = new RunIdentity("shop", "r1", "uid1", 0);

  @TempDir Path folder;
  private FakeBigQuery bigQuery;
  private PipelineOptions options;

  @BeforeEach
  void start() {
    bigQuery = FakeBigQuery.start();
    options = PipelineOptionsFactory.fromArgs(bigQuery.options().toArray(String[]::new)).create();
  }

  @AfterEach
  void stop() {
    bigQuery.close();
  }

  @Test
  void loadsWhatIsThereTogetherAndNothingOnceMore() throws Exception {
    List<ResultFile> files = files(0, 30);

    assertThat(deliver(files)).hasSize(30).extracting(WrittenFile::documents).containsOnly(2L);
    assertThat(bigQuery.loads()).hasSize(1);
    assertThat(bigQuery.rows("answers_failed")).hasSize(60);
    assertThat(rowFiles()).isEmpty();

    // As a launch does that goes on after a crash, and finds more.
    assertThat(deliver(files(10, 40))).hasSize(30);
    assertThat(bigQuery.loads())
        .extracting(job -> job.getJobReference().getJobId())
        .containsExactly("beambatch-uid1-failed-00000-0", "beambatch-uid1-failed-00001-0");
    assertThat(bigQuery.rows("answers_failed")).hasSize(80);
  }

  @Test
  void aJobThatWasNotStartedLoadsItsFilesAndNoOthers() throws Exception {
    List<ResultFile> files = files(0, 3);
    new LoadGroups(run(), "failed").of(files);

    assertThat(deliver(List.of(files.get(1)))).extracting(WrittenFile::shard).containsExactly("s1");
    assertThat(bigQuery.rows("answers_failed")).as("all of the group").hasSize(6);
    assertThat(deliver(files)).hasSize(3);
    assertThat(bigQuery.loads()).hasSize(1);
  }

  @Test
  void takesUpTheJobsOfAnEarlierVersionWhichLoadedEachFileByItself() throws Exception {
    List<ResultFile> files = files(0, 2);
    loadAlone(files.get(0));

    assertThat(deliver(files)).hasSize(2);

    assertThat(bigQuery.rows("answers_failed")).hasSize(4);
    assertThat(bigQuery.loads())
        .extracting(job -> job.getJobReference().getJobId())
        .containsExactly("beambatch-uid1-failed-s0-0", "beambatch-uid1-failed-00000-0");
  }

  @Test
  void aStreamsFilesAreGatheredForTwoMinutesFromTheFirst() throws Exception {
    List<ResultFile> files = files(0, 5);
    Output output = output();
    TableDestination table = (TableDestination) output.destination();
    Pipeline pipeline = Pipeline.create(options);
    Coder<ResultFile> coder = pipeline.getCoderRegistry().getCoder(ResultFile.class);
    // The stream's clock is the runner's.
    TestStream<ResultFile> stream =
        TestStream.create(coder)
            .addElements(files.get(0))
            .advanceProcessingTime(Duration.standardSeconds(119))
            .addElements(files.get(1), files.get(2))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .addElements(files.get(3))
            .advanceProcessingTime(Duration.standardSeconds(119))
            .addElements(files.get(4))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .advanceWatermarkToInfinity();
    PAssert.that(
            pipeline
                .apply(stream)
                .apply(
                    new WriteResults(
                        Map.of(ResultFile.Kind.FAILED, new TableDestinationWriter(output, table)),
                        RUN,
                        PermanentErrors.of(IsBounded.UNBOUNDED, run()))))
        .satisfies(
            written -> {
              assertThat(written).extracting(WrittenFile::documents).hasSize(5).containsOnly(2L);
              return null;
            });
    pipeline.run().waitUntilFinish();

    assertThat(bigQuery.loads()).hasSize(2);
    assertThat(new LoadGroups(run(), "failed").of(files).values())
        .extracting(LoadGroups.LoadGroup::files)
        .containsExactly(files.subList(0, 3), files.subList(3, 5));
  }

  @Test
  void aJobTakesNoMoreFilesThanBigQueryDoes() throws Exception {
    List<ResultFile> files =
        IntStream.range(0, LoadGroups.MOST_FILES + 1)
            .mapToObj(i -> new ResultFile(ResultFile.Kind.FAILED, "s" + i, "s" + i + ".jsonl", 1))
            .toList();

    assertThat(new LoadGroups(run(), "failed").of(files).values())
        .extracting(group -> group.files().size())
        .containsExactly(LoadGroups.MOST_FILES, 1);
    assertThat(new LoadGroups(run(), "failed").of(files)).hasSize(2);
    assertThat(new LoadGroups(run(), "answered").of(List.of())).isEmpty();
  }

  private void loadAlone(ResultFile file) throws Exception {
    Output output = output();
    TableLoader loader =
        TableLoader.open(
            options,
            (TableDestination) output.destination(),
            output.schema(),
            "beambatch-uid1-failed");
    loader.load(
        file.shard(),
        new TableLoader.Files() {
          @Override
          public List<String> rows(RowEncoding encoding) throws IOException {
            String path = folder + "/alone.avro";
            Storage.write(
                path,
                to ->
                    DocumentWriter.copy(
                        file,
                        run(),
                        FailedLine.wrapping(
                            new RowWriter(
                                to, loader.documents(output.schema()), loader.rows(), encoding))));
            return List.of(path);
          }

          @Override
          public String empty() {
            throw new AssertionError("rows are appended");
          }
        });
  }

  /** By a writer of its own, as another launch has. */
  private List<WrittenFile> deliver(List<ResultFile> files) throws Exception {
    Output output = output();
    DestinationWriter writer =
        new TableDestinationWriter(output, (TableDestination) output.destination());
    List<WrittenFile> delivered = new ArrayList<>();
    List<ResultFile> ready = new ArrayList<>();
    for (ResultFile file : files) {
      Optional<WrittenFile> written = writer.write(file, RUN, options);
      written.ifPresentOrElse(delivered::add, () -> ready.add(file));
    }
    delivered.addAll(writer.deliver(ready, RUN, options));
    return delivered;
  }

  private List<ResultFile> files(int from, int to) throws Exception {
    Path results = Files.createDirectories(Path.of(run().results()));
    List<ResultFile> files = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String name = "s" + i + ".failed.jsonl";
      Files.writeString(
          results.resolve(name),
          ("{\"id\":\"" + i + "\",\"_failure\":{\"reason\":\"rejected\",\"message\":\"m\"}}\n")
              .repeat(2));
      files.add(new ResultFile(ResultFile.Kind.FAILED, "s" + i, name, 2));
    }
    return files;
  }

  private List<Path> rowFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(run().results()))) {
      return files.filter(file -> file.toString().endsWith(".avro")).toList();
    }
  }

  private RunFolder run() {
    return RunFolder.of(folder.toString(), "shop", "r1");
  }

  private Output output() throws Exception {
    return Output.ofFailures(
        SmallJob.of("name=shop", "sink={type: bigquery, table: 'test-shop:data.answers'}"), run());
  }
}
