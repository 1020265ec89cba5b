package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.JSONL;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  /** By document id; the runner's threads write here. */
  private static final ConcurrentMap<String, IntervalWindow> SEEN = new ConcurrentHashMap<>();

  @TempDir Path folder;

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  @Test
  void readsNewFilesOnceEachAndKeepsAFilesDocumentsInOneWindow() throws Exception {
    FileSource source =
        new FileSource(
            JSONL,
            List.of(folder + "/*.jsonl", folder + "/a*"),
            null,
            false,
            CsvDialect.STANDARD,
            Duration.ofMillis(50),
            Duration.ofSeconds(1));
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setBlockOnRun(false);
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(Reading.files(source, folder.resolve("staging").toString(), Reading.splitsOf(10)))
        .get(ReadDocuments.DOCUMENTS)
        .apply("See", ParDo.of(new SeeFn()));
    PipelineResult result = pipeline.run();
    try {
      moveIn("a.jsonl", 20);
      await(20);
      moveIn("b.jsonl", 30);
      await(50);
      assertThat(windowsOf("a.jsonl:")).hasSize(1);
      assertThat(windowsOf("b.jsonl:")).hasSize(1);
      IntervalWindow window = windowsOf("b.jsonl:").get(0);
      assertThat(window.end().getMillis() - window.start().getMillis()).isEqualTo(1000);
      assertThat(window.end()).isGreaterThanOrEqualTo(windowsOf("a.jsonl:").get(0).end());
    } finally {
      result.cancel();
    }
  }

  private static List<IntervalWindow> windowsOf(String prefix) {
    return SEEN.entrySet().stream()
        .filter(seen -> seen.getKey().startsWith(prefix))
        .map(Map.Entry::getValue)
        .distinct()
        .toList();
  }

  private void moveIn(String name, int documents) throws IOException {
    Path part =
        Files.writeString(folder.resolve("part." + name + ".tmp"), "{\"a\":1}\n".repeat(documents));
    Files.move(part, folder.resolve(name), ATOMIC_MOVE);
  }

  private static void await(int documents) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(5))
        .untilAsserted(() -> assertThat(SEEN).hasSizeGreaterThanOrEqualTo(documents));
    assertThat(SEEN).hasSize(documents);
  }

  private static final class SeeFn extends DoFn<Document, Void> {
    @ProcessElement
    public void see(@Element Document document, BoundedWindow window) {
      if (SEEN.put(document.id(), (IntervalWindow) window) != null) {
        SEEN.put(document.id() + " again", (IntervalWindow) window);
      }
    }
  }
}
