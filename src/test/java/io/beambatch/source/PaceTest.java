package io.beambatch.source;

import static io.beambatch.job.FileSource.Format.JSONL;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.document.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaceTest {
  private static final int DOCUMENTS = 20_000;
  private static final AtomicInteger READ = new AtomicInteger();
  private static final AtomicInteger DONE = new AtomicInteger();
  private static final AtomicInteger MOST_HELD = new AtomicInteger();

  @TempDir Path folder;

  @BeforeEach
  void startFromZero() {
    READ.set(0);
    DONE.set(0);
    MOST_HELD.set(0);
  }

  @Test
  void theDirectRunnerNeverHoldsMoreThanAFewSplitsOfDocuments() throws IOException {
    for (int file = 0; file < 10; file++) {
      Files.writeString(
          folder.resolve(file + ".jsonl"), "{\"text\":\"0123456789\"}\n".repeat(DOCUMENTS / 10));
    }
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(
            Reading.files(
                Reading.sourceOf(JSONL, folder + "/*"),
                folder + "/staging",
                Reading.splitsOf(4000)))
        .get(ReadDocuments.DOCUMENTS)
        .apply("Come", ParDo.of(new ComeFn()))
        .apply("Pass", ParDo.of(new PassFn()))
        .apply("Go", ParDo.of(new GoFn()));
    pipeline.run().waitUntilFinish();
    assertThat(DONE).hasValue(DOCUMENTS);
    assertThat(MOST_HELD.get()).isPositive().isLessThan(DOCUMENTS / 3);
  }

  @Test
  void theDirectRunnerReadsSmallFilesTogether() throws IOException {
    for (int file = 0; file < 200; file++) {
      Files.writeString(folder.resolve(file + ".jsonl"), "{\"text\":\"0123456789\"}\n");
    }
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply(Reading.files(Reading.sourceOf(JSONL, folder + "/*"), folder + "/staging"))
        .get(ReadDocuments.DOCUMENTS)
        .apply("Count bundles", ParDo.of(new BundlesFn()));
    pipeline.run().waitUntilFinish();
    assertThat(READ).hasValue(200);
    assertThat(DONE.get()).isLessThan(10);
  }

  private static final class BundlesFn extends DoFn<Document, Void> {
    @StartBundle
    public void begin() {
      DONE.incrementAndGet();
    }

    @ProcessElement
    public void count() {
      READ.incrementAndGet();
    }
  }

  private static final class ComeFn extends DoFn<Document, Document> {
    @ProcessElement
    public void come(@Element Document document, OutputReceiver<Document> output) {
      int held = READ.incrementAndGet() - DONE.get();
      MOST_HELD.accumulateAndGet(held, Math::max);
      output.output(document);
    }
  }

  private static final class PassFn extends DoFn<Document, Document> {
    @ProcessElement
    public void pass(@Element Document document, OutputReceiver<Document> output) {
      output.output(document);
    }
  }

  private static final class GoFn extends DoFn<Document, Void> {
    @ProcessElement
    public void go(@Element Document document) {
      assertThat(document.json()).isNotEmpty();
      DONE.incrementAndGet();
    }
  }
}
