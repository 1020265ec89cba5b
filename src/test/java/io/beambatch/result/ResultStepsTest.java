package io.beambatch.result;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.beambatch.DirectPipelines;
import io.beambatch.chunk.LineUse;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.chunk.RetryRequests;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.document.FailureReason;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.schema.Shape;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What follows the join of a chunk, as steps of a pipeline. */
class ResultStepsTest {
  @TempDir Path directory;
  private EndedChunk chunk;
  private ReusedLines duplicates;

  @BeforeEach
  void aChunkIsJoined() throws Exception {
    chunk = new EndedChunk(directory);
    chunk
        .part("p0", "{\"d\":0}", "{\"d\":1}", "{\"d\":2}", "{\"d\":3}", "{\"d\":4}", "{\"d\":5}")
        .uses(
            "aabcca",
            LineUse.AWAITED,
            LineUse.DUPLICATE,
            LineUse.SENT,
            LineUse.AWAITED,
            LineUse.DUPLICATE,
            LineUse.DUPLICATE)
        .output(Results.chat("p0-0", "zero"))
        .error(Results.status("p0-2", 500, "busy"), Results.status("p0-3", 400, "bad"))
        .join();
    duplicates = new ReusedLines("a1-d00000", LineUse.DUPLICATE, chunk.parts(), null);
  }

  @Test
  void duplicatesAreReadyOnceNothingIsLeftToSendAgain() {
    ReusedLines known = new ReusedLines("a1-k00000", LineUse.KNOWN, chunk.parts(), "answers");
    Plan first = chunk.plan(known, duplicates);
    Map<String, JoinedChunk> joined = Map.of("a1-c00000", chunk.joined());
    Plan second = chunk.again().plan();

    assertThat(DuplicateJoins.ready(List.of(first), Map.of())).containsExactly(known);
    assertThat(DuplicateJoins.ready(List.of(first), joined))
        .as("a request is sent again")
        .containsExactly(known);
    assertThat(DuplicateJoins.ready(List.of(first, second), joined))
        .as("the second attempt is not joined")
        .containsExactly(known);
  }

  @Test
  void everyDocumentIsReadOnceWithItsOutcome() throws Exception {
    PlanStore store = PlanStore.of(chunk.folder());
    ReusedLines known = new ReusedLines("a1-k00000", LineUse.KNOWN, chunk.parts(), "joined before");
    PlanStore.records(chunk.folder()).commit("a1", chunk.plan(known, duplicates));
    JoinedChunk first = chunk.joined();
    String again = first.again().name();
    chunk.again().lastAttempt().output(Results.chat(again + "-0", "two")).join();
    PlanStore.records(chunk.folder()).commit("a3", chunk.plan());
    assertThat(store.all()).hasSize(2);
    Pipeline pipeline = DirectPipelines.create();

    PCollection<JoinedChunk> joined =
        pipeline.apply(Create.of(first, chunk.joined()).withCoder(JsonCoder.of(JoinedChunk.class)));
    PCollection<JoinedChunk> reused =
        joined
            .apply("Find duplicates", new DuplicateJoins(chunk.folder()))
            .apply("Join duplicates", new JoinReused(Jobs.chat().job(), chunk.folder()));
    PCollectionTuple read =
        PCollectionList.of(joined)
            .and(reused)
            .apply(Flatten.pCollections())
            .apply("Select files", ResultFiles.ofChunks())
            .apply("Read results", new ReadResults(chunk.folder()));
    PCollection<RetryRequests> requests =
        joined.apply("Select requests", ResultFiles.retryRequests());

    PAssert.that(read.get(ReadResults.ANSWERED))
        .satisfies(
            lines -> {
              assertThat(lines)
                  .extracting(line -> line.substring(0, line.indexOf(",\"_batch\"")))
                  .containsExactlyInAnyOrder(
                      "{\"d\":0,\"sentiment\":\"zero\"",
                      "{\"d\":1,\"sentiment\":\"zero\"",
                      "{\"d\":5,\"sentiment\":\"zero\"",
                      "{\"d\":2,\"sentiment\":\"two\"");
              return null;
            });
    PAssert.that(read.get(ReadResults.FAILED))
        .satisfies(
            lines -> {
              assertThat(lines)
                  .extracting(line -> line.substring(0, 7))
                  .containsExactlyInAnyOrder("{\"d\":3,", "{\"d\":4,");
              return null;
            });
    PAssert.that(requests)
        .satisfies(
            sent -> {
              assertThat(sent)
                  .extracting(
                      RetryRequests::chunkId,
                      each -> each.part() == null ? null : each.part().name())
                  .containsExactlyInAnyOrder(tuple("a1-c00000", again), tuple("a3-c00000", null));
              return null;
            });
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    assertThat(
            result
                .metrics()
                .queryMetrics(
                    MetricsFilter.builder()
                        .addNameFilter(
                            MetricNameFilter.named(RunMetrics.NAMESPACE, "documents_reused"))
                        .build())
                .getCounters())
        .singleElement()
        .extracting(MetricResult::getAttempted)
        .isEqualTo(2L);
  }

  @Test
  void failuresOfAPlanAreOneFileThatIsWrittenOnce() throws Exception {
    Plan plan = unsent("a1", failures("f1", 2), failures("f2", 1));
    Plan none = unsent("a1-p00001");
    Plan written = unsent("a1-p00002", failures("f3", 1));
    Storage.write(path(written), out -> out.write("{}\n".getBytes(UTF_8)));
    Plan delivered = unsent("a1-p00003", failures("f4", 1));
    Files.delete(Path.of(chunk.folder().failures("f4")));
    Pipeline pipeline = DirectPipelines.create();

    PCollection<ResultFile> files =
        pipeline
            .apply(Create.of(plan, none, written, delivered).withCoder(JsonCoder.of(Plan.class)))
            .apply("Write failures", new WriteUnsentFailures(chunk.folder()));

    PAssert.that(files)
        .containsInAnyOrder(
            new ResultFile(ResultFile.Kind.FAILED, "a1-unsent", "a1.unsent.jsonl", 3),
            WriteUnsentFailures.resultFile(written),
            WriteUnsentFailures.resultFile(delivered));
    pipeline.run().waitUntilFinish();
    assertThat(Files.readAllLines(Path.of(path(plan))))
        .containsExactly("{\"f1\":0}", "{\"f1\":1}", "{\"f2\":0}");
    assertThat(Path.of(path(written))).hasContent("{}");
    assertThat(Path.of(path(delivered))).doesNotExist();
  }

  private String path(Plan plan) {
    return chunk.folder().resultNamed(WriteUnsentFailures.file(plan));
  }

  private static Plan unsent(String name, Part... parts) {
    return new Plan(name, 1, List.of(), List.of(parts), List.of(), Shape.NONE);
  }

  private Part failures(String name, int documents) throws Exception {
    Storage.write(
        chunk.folder().failures(name),
        out -> {
          for (int i = 0; i < documents; i++) {
            out.write(("{\"" + name + "\":" + i + "}\n").getBytes(UTF_8));
          }
        });
    return new Part(
        name, 0, 0, 0, 0, Map.of(FailureReason.INVALID_DOCUMENT, (long) documents), List.of());
  }
}
