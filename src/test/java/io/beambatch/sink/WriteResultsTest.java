package io.beambatch.sink;

import static io.beambatch.result.ResultFile.Kind.ANSWERED;
import static io.beambatch.result.ResultFile.Kind.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.job.FailuresSpec;
import io.beambatch.job.SinkSpec;
import io.beambatch.result.ResultFile;
import io.beambatch.result.ResultFileCoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteResultsTest {
  @TempDir Path folder;

  @Test
  void deliversAnsweredAndFailedDocumentsAsJsonLines() throws IOException {
    List<ResultFile> files =
        List.of(
            file(ANSWERED, "0", "{\"a\":1}\n{\"a\":2}\n", 2, "a"),
            file(ANSWERED, "1", "{\"a\":3}\n", 1, "a"),
            file(FAILED, "f", "{\"a\":4,\"_failure\":{}}\n", 1, "a", "_failure"));
    Pipeline pipeline = Pipeline.create();
    PAssert.that(pipeline.apply(Create.of(files)).apply(writer(SinkSpec.Type.JSONL)))
        .containsInAnyOrder(
            new WrittenFile(ANSWERED, "0", folder + "/sink-r1-0.jsonl", 2),
            new WrittenFile(ANSWERED, "1", folder + "/sink-r1-1.jsonl", 1),
            new WrittenFile(FAILED, "f", folder + "/failed-r1-f.jsonl", 1));
    pipeline.run().waitUntilFinish();
    assertThat(folder.resolve("sink-r1-0.jsonl")).hasContent("{\"a\":1}\n{\"a\":2}\n");
    assertThat(folder.resolve("failed-r1-f.jsonl")).hasContent("{\"a\":4,\"_failure\":{}}\n");
  }

  @Test
  void givesAllCsvFilesTheFieldsOfAllAnsweredOnes() throws IOException {
    List<ResultFile> files =
        List.of(
            file(ANSWERED, "2", "{\"c\":3}\n", 1, "c"),
            file(FAILED, "0", "{\"z\":3}\n", 1, "z"),
            file(ANSWERED, "1", "{\"b\":1,\"a\":2}\n", 1, "b", "a"));
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(files)).apply(writer(SinkSpec.Type.CSV));
    pipeline.run().waitUntilFinish();
    assertThat(Files.readString(folder.resolve("sink-r1-1.csv"))).isEqualTo("b,a,c\r\n1,2,\r\n");
    assertThat(Files.readString(folder.resolve("sink-r1-2.csv"))).isEqualTo("b,a,c\r\n\"\",,3\r\n");
    assertThat(folder.resolve("failed-r1-0.jsonl")).hasContent("{\"z\":3}\n");
  }

  @Test
  void unitesColumnsWindowByWindow() throws IOException {
    ResultFile first = file(ANSWERED, "w1", "{\"a\":1}\n", 1, "a");
    ResultFile second = file(ANSWERED, "w2", "{\"b\":1}\n", 1, "b");
    Pipeline pipeline = Pipeline.create();
    PCollection<ResultFile> files =
        pipeline
            .apply(
                Create.timestamped(
                        TimestampedValue.of(first, Instant.ofEpochSecond(1)),
                        TimestampedValue.of(second, Instant.ofEpochSecond(100)))
                    .withCoder(ResultFileCoder.of()))
            .apply(Window.into(FixedWindows.of(Duration.standardSeconds(10))));
    files.apply(writer(SinkSpec.Type.CSV));
    pipeline.run().waitUntilFinish();
    assertThat(Files.readString(folder.resolve("sink-r1-w1.csv"))).isEqualTo("a\r\n1\r\n");
    assertThat(Files.readString(folder.resolve("sink-r1-w2.csv"))).isEqualTo("b\r\n1\r\n");
  }

  @Test
  void stopsAtADamagedFile() throws IOException {
    ResultFile damaged = file(ANSWERED, "0", "{\"a\":1}\n", 2, "a");
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(Create.of(damaged)).apply(writer(SinkSpec.Type.JSONL));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .hasMessageContaining("should have 2 documents, but has 1");
  }

  @Test
  void ordersColumnsAlikeHoweverTheFilesCome() {
    List<ResultFile> files = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      files.add(new ResultFile(ANSWERED, "s" + i, "p", 1, List.of("id", "f" + i % 3, "_batch")));
    }
    ColumnsFn columns = new ColumnsFn();
    List<String> expected = List.of("id", "f0", "_batch", "f1", "f2");
    for (int rotation = 0; rotation < 9; rotation++) {
      var left = columns.createAccumulator();
      var right = columns.createAccumulator();
      for (int i = 0; i < 9; i++) {
        columns.addInput(i < 4 ? left : right, files.get((i + rotation) % 9));
      }
      var merged = columns.mergeAccumulators(List.of(right, left));
      assertThat(columns.extractOutput(merged)).isEqualTo(expected);
    }
  }

  @Test
  void codersRoundTrip() throws Exception {
    CoderRegistry registry = CoderRegistry.createDefault();
    CoderProperties.coderDecodeEncodeEqual(
        registry.getCoder(ResultFile.class),
        new ResultFile(FAILED, "s", "gs://b/é", 1L << 40, List.of("a", "", "é")));
    CoderProperties.coderDecodeEncodeEqual(
        registry.getCoder(WrittenFile.class), new WrittenFile(ANSWERED, "s", "gs://b/é", 1L << 40));
  }

  private WriteResults writer(SinkSpec.Type type) {
    return WriteResults.to(
        new SinkSpec(type, folder + "/sink"), new FailuresSpec(folder + "/failed"), "r1");
  }

  private ResultFile file(
      ResultFile.Kind kind, String shard, String lines, long documents, String... fields)
      throws IOException {
    Path path = Files.writeString(folder.resolve(kind + "-" + shard), lines);
    return new ResultFile(kind, shard, path.toString(), documents, List.of(fields));
  }
}
