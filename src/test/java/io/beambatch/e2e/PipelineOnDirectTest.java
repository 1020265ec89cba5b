package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.batch.AwaitBatches;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.run.Report;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineOnDirectTest {
  @TempDir Path folder;

  @AfterEach
  void forgetFaults() {
    Faults.clear();
  }

  @Test
  void answersOrFailsEveryDocumentOnce() throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160")) {
      run.addDocuments("a.jsonl", 0, 1000);
      run.addDocuments("b.jsonl", 1000, 2000);
      Pipeline pipeline = run.pipeline(run.providers(), "--targetParallelism=3");
      PipelineResult result = pipeline.run();
      assertThat(result.waitUntilFinish()).isEqualTo(State.DONE);
      run.assertEveryDocumentOnce(0, 2000);
      run.assertEveryChunkPaidOnce();
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(2000);
      assertThat(report.answered()).isEqualTo(1960);
      assertThat(report.attempts()).isEqualTo(2);
      assertThat(report.batches()).isGreaterThanOrEqualTo(13);
      assertShowsWhatItDoes(result, pipeline, report);
    }
  }

  @Test
  void buysOnceWhatIsTheSameThroughAllAttempts() throws Exception {
    Faults.loseLines();
    try (RunFixture run = RunFixture.start(folder, "limits.requests=160", "duplicates=once")) {
      run.addDocuments("a.jsonl", 0, 300);
      run.addDuplicates("b.jsonl", 300, 500);
      run.pipeline(run.providers()).run().waitUntilFinish();

      run.assertEveryDocumentOnce(0, 500);
      run.assertEveryChunkPaidOnce();
      assertThat(run.plans().get(0).requests()).isEqualTo(294);
      Report report = run.reconciled();
      assertThat(report.documents()).isEqualTo(500);
      assertThat(report.answered()).isEqualTo(490);
      assertThat(report.reused()).isEqualTo(196);
      assertThat(report.attempts()).isEqualTo(2);
    }
  }

  @Test
  void buysOnlyWhatNoRunBeforeHasBought() throws Exception {
    String cache = "cache.path=" + folder.resolve("cache");
    try (RunFixture first = RunFixture.start(folder.resolve("first"), cache)) {
      first.addDocuments("a.jsonl", 0, 100);
      first.pipeline(first.providers()).run().waitUntilFinish();
      assertThat(first.reconciled().reused()).isZero();
    }
    try (RunFixture second = RunFixture.start(folder.resolve("second"), cache)) {
      second.addDocuments("a.jsonl", 0, 150);
      second.pipeline(second.providers()).run().waitUntilFinish();

      second.assertEveryDocumentOnce(0, 150);
      second.assertEveryChunkPaidOnce();
      assertThat(second.plans().get(0).requests()).isEqualTo(49);
      Report report = second.reconciled();
      assertThat(report.answered()).isEqualTo(147);
      assertThat(report.reused()).isEqualTo(98);
    }
  }

  /** What an operator sees of it, whatever the runner. */
  private void assertShowsWhatItDoes(PipelineResult result, Pipeline pipeline, Report report) {
    MetricQueryResults metrics =
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.inNamespace(RunMetrics.NAMESPACE))
                    .build());
    Map<String, Long> counters = new HashMap<>();
    metrics
        .getCounters()
        .forEach(
            metric -> counters.merge(metric.getName().getName(), metric.getAttempted(), Long::sum));
    assertThat(counters)
        .containsEntry("documents_read", 2000L)
        .containsEntry("batches_created", (long) report.batches())
        .containsEntry("batches_ended_completed", (long) report.batches())
        .containsEntry("requests_answered", report.answered())
        .containsEntry("requests_sent_again", report.requests() - report.answered())
        .containsEntry("prompt_tokens", report.promptTokens())
        .containsEntry("completion_tokens", report.completionTokens());
    assertThat(metrics.getDistributions())
        .filteredOn(metric -> metric.getName().getName().equals("batch_seconds"))
        .extracting(metric -> metric.getAttempted().getCount())
        .satisfies(
            counts ->
                assertThat(counts.stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(report.batches()));
    assertThat(metrics.getGauges())
        .extracting(metric -> metric.getName().getName())
        .contains("batches_under_way", "oldest_batch_seconds");
    assertThat(Lineage.query(result.metrics(), Lineage.Type.SOURCE))
        .hasSize(2)
        .anyMatch(file -> file.contains("a.jsonl"));
    assertThat(Lineage.query(result.metrics(), Lineage.Type.SINK))
        .anyMatch(file -> file.contains("answered-"));
    assertThat(displayed(pipeline))
        .containsEntry("model", "gpt-4o-mini")
        .containsEntry("endpoint", "/v1/chat/completions")
        .containsEntry("provider", "openai")
        .containsEntry("run", "r1")
        .containsEntry("staging", folder + "/staging")
        .containsKeys("limits", "pollInterval", "pollDeadline");
  }

  private static Map<String, Object> displayed(Pipeline pipeline) {
    Map<String, Object> displayed = new HashMap<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof AwaitBatches) {
              DisplayData.from(node.getTransform())
                  .items()
                  .forEach(item -> displayed.put(item.getKey(), item.getValue()));
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    return displayed;
  }
}
