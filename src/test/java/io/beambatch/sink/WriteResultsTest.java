package io.beambatch.sink;

import static io.beambatch.result.ResultFile.Kind.ANSWERED;
import static io.beambatch.result.ResultFile.Kind.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.DirectPipelines;
import io.beambatch.batch.RunIdentity;
import io.beambatch.chunk.Plan;
import io.beambatch.job.FileDestination;
import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.LedgerStore.Versioned;
import io.beambatch.ledger.Ledgers;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.result.ResultFile;
import io.beambatch.schema.ShapeCollector;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteResultsTest {
  @TempDir Path folder;

  @Test
  void deliversAnsweredAndFailedDocumentsAsJsonLines() throws IOException {
    List<ResultFile> files =
        List.of(
            file(ANSWERED, "0", "{\"a\":1}\n{\"a\":2}\n", 2),
            file(ANSWERED, "1", "{\"a\":3}\n", 1),
            file(FAILED, "f", "{\"a\":4,\"_failure\":{}}\n", 1));
    Pipeline pipeline = DirectPipelines.create();
    PAssert.that(pipeline.apply(Create.of(files)).apply(writer(FileDestination.Format.JSONL)))
        .containsInAnyOrder(
            new WrittenFile(ANSWERED, "0", folder + "/sink-r1-0.jsonl", 2),
            new WrittenFile(ANSWERED, "1", folder + "/sink-r1-1.jsonl", 1),
            new WrittenFile(FAILED, "f", folder + "/failed-r1-f.jsonl", 1));
    pipeline.run().waitUntilFinish();
    assertThat(folder.resolve("sink-r1-0.jsonl")).hasContent("{\"a\":1}\n{\"a\":2}\n");
    assertThat(folder.resolve("failed-r1-f.jsonl")).hasContent("{\"a\":4,\"_failure\":{}}\n");
  }

  @Test
  void givesAllCsvFilesTheFieldsOfAllPlannedDocuments() throws IOException {
    List<ResultFile> files =
        List.of(
            file(ANSWERED, "2", "{\"c\":3}\n", 1),
            file(FAILED, "0", "{\"z\":3}\n", 1),
            file(ANSWERED, "1", "{\"b\":1,\"a\":2}\n", 1));
    plan("a1-p00000", "{\"b\":1,\"a\":2}");
    plan("a1-p00001", "{\"c\":3,\"_batch\":{}}");
    Pipeline pipeline = DirectPipelines.create();
    pipeline.apply(Create.of(files)).apply(writer(FileDestination.Format.CSV));
    pipeline.run().waitUntilFinish();
    assertThat(Files.readString(folder.resolve("sink-r1-1.csv")))
        .isEqualTo("b,a,c,answer,_batch\r\n1,2,,,\r\n");
    assertThat(Files.readString(folder.resolve("sink-r1-2.csv")))
        .isEqualTo("b,a,c,answer,_batch\r\n\"\",,3,,\r\n");
    assertThat(folder.resolve("failed-r1-0.jsonl")).hasContent("{\"z\":3}\n");
  }

  @Test
  void stopsAtADamagedFile() throws IOException {
    ResultFile damaged = file(ANSWERED, "0", "{\"a\":1}\n", 2);
    Pipeline pipeline = DirectPipelines.create();
    pipeline.apply(Create.of(damaged)).apply(writer(FileDestination.Format.JSONL));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasMessageContaining("should have 2 documents, but has 1");
  }

  @Test
  void aStreamGoesOnWithoutADamagedFile() throws IOException {
    ResultFile damaged = file(ANSWERED, "0", "{\"a\":1}\n", 2);
    ResultFile whole = file(FAILED, "1", "{\"z\":3}\n", 1);
    Pipeline pipeline = DirectPipelines.create();
    pipeline
        .apply(Create.of(damaged, whole))
        .setIsBoundedInternal(IsBounded.UNBOUNDED)
        .apply(
            writer(FileDestination.Format.JSONL, PermanentErrors.of(IsBounded.UNBOUNDED, run())));
    pipeline.run().waitUntilFinish();

    assertThat(folder.resolve("failed-r1-1.jsonl")).hasContent("{\"z\":3}\n");
    assertThat(folder.resolve("sink-r1-0.jsonl")).doesNotExist();
    assertThat(PermanentErrors.messages(run()))
        .hasEntrySatisfying(
            "0-answered",
            error ->
                assertThat(error)
                    .contains("Can't write")
                    .contains("it should have 2 documents, but has 1"));
  }

  @Test
  void codersRoundTripAndEncodingsStayAsTheyAre() throws Exception {
    CoderRegistry registry = CoderRegistry.createDefault();
    checkCoder(
        registry.getCoder(ResultFile.class),
        new ResultFile(FAILED, "s", "gs://b/é", 1L << 40),
        "BkZBSUxFRAFzCWdzOi8vYi_DqYCAgICAIA");
    checkCoder(
        registry.getCoder(WrittenFile.class),
        new WrittenFile(ANSWERED, "s", "gs://b/é", 1L << 40, true),
        "CEFOU1dFUkVEAXMJZ3M6Ly9iL8OpgICAgIAgAQ");
  }

  /** Runners keep files in state, and hand them to a later program. */
  private static <T> void checkCoder(Coder<T> coder, T file, String encoded) throws Exception {
    CoderProperties.coderDecodeEncodeEqual(coder, file);
    CoderProperties.coderEncodesBase64(coder, file, encoded);
    CoderProperties.coderDecodesBase64(coder, encoded, file);
  }

  private WriteResults writer(FileDestination.Format type) {
    return writer(type, PermanentErrors.THROWN);
  }

  private WriteResults writer(FileDestination.Format type, PermanentErrors permanentErrors) {
    String yaml =
        """
        name: job
        source: {type: jsonl, path: in}
        request: {provider: openai, endpoint: /v1/chat/completions, model: m, body: {messages: []}}
        sink: {type: %s, path: %s/sink}
        failures: {path: %s/failed}
        """
            .formatted(type.name().toLowerCase(Locale.ROOT), folder, folder);
    try {
      Job job = JobReader.parse("job.yaml", yaml, List.of());
      return new WriteResults(
          Map.of(
              ANSWERED,
              new FileDestinationWriter(
                  Output.ofAnswers(job, run()), (FileDestination) job.answers()),
              FAILED,
              new FileDestinationWriter(
                  Output.ofFailures(job, run()), (FileDestination) job.failures())),
          new RunIdentity("job", "r1", "uid", 0),
          permanentErrors);
    } catch (JobFileException e) {
      throw new AssertionError(e);
    }
  }

  private RunFolder run() {
    return new RunFolder(folder + "/staging/job/r1");
  }

  private void plan(String name, String document) throws IOException {
    ShapeCollector shape = new ShapeCollector();
    shape.add(document);
    Plan plan = new Plan(name, 1, List.of(), List.of(), List.of(), shape.shape());
    Ledgers.open(run())
        .write(
            "plan/" + name,
            Versioned.ABSENT,
            JsonMapper.builder().build().writeValueAsString(plan));
  }

  private ResultFile file(ResultFile.Kind kind, String shard, String lines, long documents)
      throws IOException {
    Path results = Files.createDirectories(Path.of(run().path(), "results"));
    String name = kind + "-" + shard;
    Files.writeString(results.resolve(name), lines);
    return new ResultFile(kind, shard, name, documents);
  }
}
