package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.JSONL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class ReadOnFlinkTest {
  @TempDir Path folder;

  @Test
  void readsEveryDocumentOnce() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      lines.add(i % 1000 == 999 ? "broken" : "{\"n\":" + i + "}");
    }
    Files.write(folder.resolve("a.jsonl"), lines);
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=2")
                .create());
    PCollectionTuple read =
        pipeline.apply(
            Reading.files(
                Reading.sourceOf(JSONL, folder + "/*.jsonl"),
                folder.resolve("staging").toString(),
                Reading.splitsOf(10_000)));
    PAssert.thatSingleton(read.get(ReadDocuments.DOCUMENTS).apply("Count", Count.globally()))
        .isEqualTo(19_980L);
    PAssert.thatSingleton(read.get(ReadDocuments.INVALID).apply("Count invalid", Count.globally()))
        .isEqualTo(20L);
    pipeline.run().waitUntilFinish();
  }
}
