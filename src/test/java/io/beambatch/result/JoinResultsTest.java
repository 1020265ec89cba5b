package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.beambatch.DirectPipelines;
import io.beambatch.SuppliedProviders;
import io.beambatch.batch.AwaitedChunk;
import io.beambatch.job.Job;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The join as a step of a pipeline. */
class JoinResultsTest {
  @TempDir Path directory;

  @Test
  void everyChunkOfAPipelineIsJoined() throws Exception {
    List<AwaitedChunk> ended = new ArrayList<>();
    for (int attempt = 1; attempt <= 3; attempt++) {
      EndedChunk chunk = new EndedChunk(directory).attempt(attempt);
      chunk.part("p" + attempt, "{\"d\":1}", "{\"d\":2}", "{\"d\":3}");
      chunk.output(Results.chat("p1-0", "a"), Results.chat("p2-0", "b"), Results.chat("p3-0", "c"));
      ended.add(chunk.awaited());
    }
    Job job = Jobs.chat().job();
    String files = directory.toString();
    ProviderFactory providers = new SuppliedProviders(() -> new StoredFiles(Path.of(files)));
    Pipeline pipeline = DirectPipelines.create();

    PCollection<JoinedChunk> joined =
        pipeline
            .apply(Create.of(ended).withCoder(JsonCoder.of(AwaitedChunk.class)))
            .apply("Join results", new JoinResults(job, new RunFolder(files), providers));

    PAssert.that(joined)
        .satisfies(
            chunks -> {
              assertThat(chunks)
                  .extracting(
                      JoinedChunk::chunkId,
                      chunk -> chunk.answered().documents(),
                      chunk -> chunk.failed() == null ? 0L : chunk.failed().documents(),
                      chunk -> chunk.again() == null ? 0 : chunk.again().requests(),
                      JoinedChunk::unknownLines)
                  .containsExactlyInAnyOrder(
                      tuple("a1-c00000", 1L, 0L, 2, 2L),
                      tuple("a2-c00000", 1L, 0L, 2, 2L),
                      tuple("a3-c00000", 1L, 2L, 0, 2L));
              return null;
            });
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    Map<String, Long> counters = new HashMap<>();
    result
        .metrics()
        .queryMetrics(
            MetricsFilter.builder()
                .addNameFilter(MetricNameFilter.inNamespace(RunMetrics.NAMESPACE))
                .build())
        .getCounters()
        .forEach(counter -> counters.put(counter.getName().getName(), counter.getAttempted()));
    assertThat(counters)
        .containsEntry("requests_answered", 3L)
        .containsEntry("requests_sent_again", 4L)
        .containsEntry("requests_failed_missing", 2L)
        .containsEntry("prompt_tokens", 60L)
        .containsEntry("completion_tokens", 9L);
  }

  @Test
  void joinedChunkSurvivesItsCoder() throws Exception {
    EndedChunk chunk =
        new EndedChunk(directory)
            .job(Jobs.chat())
            .part("p0", "{\"d\":1}", "{\"d\":2}", "{\"d\":3}")
            .output(Results.chat("p0-0", "a"))
            .error(Results.status("p0-1", 400, "bad"))
            .join();
    Coder<JoinedChunk> coder = JsonCoder.of(JoinedChunk.class);

    assertThat(CoderUtils.clone(coder, chunk.joined())).isEqualTo(chunk.joined());
  }
}
