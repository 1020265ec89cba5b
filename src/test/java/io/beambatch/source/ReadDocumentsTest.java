package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.CSV;
import static io.beambatch.job.FileSource.Format.JSONL;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.DirectPipelines;
import io.beambatch.document.Document;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadDocumentsTest {
  @TempDir Path folder;
  private String staging;

  @BeforeEach
  void nameStaging() {
    staging = folder.resolve("staging").toString();
  }

  @Test
  void readsTheFilesOfSeveralPatternsOnceEach() throws IOException {
    Files.createDirectory(folder.resolve("more"));
    Files.writeString(folder.resolve("a.jsonl"), "{\"n\":1}\nbroken\n");
    Files.writeString(folder.resolve("b.jsonl"), "{\"n\":2}\n");
    Files.writeString(folder.resolve("more/c.jsonl"), "{\"n\":3}\n");
    Pipeline pipeline = DirectPipelines.create();
    PCollectionTuple read =
        pipeline.apply(
            Reading.files(
                Reading.sourceOf(
                    JSONL, folder + "/*.jsonl", folder + "/a.jsonl", folder + "/more/*"),
                staging));
    PAssert.that(jsons(read)).containsInAnyOrder("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
    PAssert.that(
            read.get(ReadDocuments.INVALID)
                .apply(MapElements.into(TypeDescriptors.strings()).via(f -> f.document().json())))
        .containsInAnyOrder("{\"_line\":\"broken\"}");
    pipeline.run().waitUntilFinish();
  }

  @Test
  void readsManySplitsCompletely() throws IOException {
    List<String> lines = new ArrayList<>(List.of("n,text"));
    for (int i = 0; i < 20_000; i++) {
      lines.add(i + ",\"two\nlines\"");
    }
    Files.write(folder.resolve("a.csv"), lines);
    Pipeline pipeline = DirectPipelines.create();
    PCollectionTuple read =
        pipeline.apply(
            Reading.files(
                Reading.sourceOf(CSV, folder + "/a.csv"), staging, Reading.splitsOf(10_000)));
    PAssert.thatSingleton(read.get(ReadDocuments.DOCUMENTS).apply(Count.globally()))
        .isEqualTo(20_000L);
    PAssert.that(read.get(ReadDocuments.INVALID)).empty();
    pipeline.run().waitUntilFinish();
  }

  @Test
  void namesThePatternsThatMatchNothing() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{}");
    FileSource source =
        Reading.sourceOf(JSONL, folder + "/a.jsonl", folder + "/no*.jsonl", folder + "/none");
    Pipeline pipeline = DirectPipelines.create();
    pipeline.apply(Reading.files(source, staging));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .rootCause()
        .hasMessageContaining("No file matches source.path")
        .hasMessageContaining("/no*.jsonl, ")
        .hasMessageContaining("/none;");
  }

  @Test
  void saysThatAFolderIsNoFile() {
    Pipeline pipeline = DirectPipelines.create();
    pipeline.apply(Reading.files(Reading.sourceOf(JSONL, folder.toString()), staging));
    assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
        .rootCause()
        .hasMessageContaining("is a folder; name the files in it, such as " + folder + "/*");
  }

  private static PCollection<String> jsons(PCollectionTuple read) {
    return read.get(ReadDocuments.DOCUMENTS)
        .apply(MapElements.into(TypeDescriptors.strings()).via(Document::json));
  }
}
