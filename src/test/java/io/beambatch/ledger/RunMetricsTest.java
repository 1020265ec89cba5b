package io.beambatch.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.beambatch.emulator.GcsEmulator;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.metrics.Lineage;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The metrics and the lineage of a step, as a runner's monitoring shows them. */
class RunMetricsTest {
  private final MetricsContainerImpl container = new MetricsContainerImpl("step");

  @BeforeEach
  void aStepRuns() {
    MetricsEnvironment.setCurrentContainer(container);
  }

  @AfterEach
  void theStepEnds() {
    MetricsEnvironment.setCurrentContainer(null);
  }

  @Test
  void areInOneNamespace() {
    RunMetrics.counter("requests_answered").inc(3);
    RunMetrics.counter("provider_errors", "NO_REPLY").inc();
    RunMetrics.gauge("batches_under_way").set(7);
    RunMetrics.distribution("batch_seconds").update(60);

    MetricResults results = results();
    assertThat(results.allMetrics().getCounters())
        .extracting(counter -> counter.getName().toString(), MetricResult::getAttempted)
        .containsExactlyInAnyOrder(
            tuple("beambatch:requests_answered", 3L),
            tuple("beambatch:provider_errors_no_reply", 1L));
    assertThat(results.allMetrics().getGauges())
        .extracting(gauge -> gauge.getName().toString(), gauge -> gauge.getAttempted().getValue())
        .containsExactly(tuple("beambatch:batches_under_way", 7L));
    assertThat(results.allMetrics().getDistributions())
        .extracting(
            seconds -> seconds.getName().toString(), seconds -> seconds.getAttempted().getMax())
        .containsExactly(tuple("beambatch:batch_seconds", 60L));
  }

  @Test
  void nameWhatIsReadAndWrittenWhereverItIs() {
    // Nothing is asked there.
    GcsEmulator.use(URI.create("http://localhost"));

    RunMetrics.readFrom("/data/in.jsonl");
    RunMetrics.readFrom("gs://bucket/in/a.jsonl");
    RunMetrics.wroteTo("/data/out.jsonl");
    RunMetrics.wroteTo("gs://bucket/out/b.jsonl");
    RunMetrics.wroteTo("bigquery", List.of("project", "set", "table"));

    assertThat(lineage(Lineage.Type.SOURCE))
        .containsExactlyInAnyOrder("file:`/data/in.jsonl`", "gcs:bucket.`in/a.jsonl`");
    assertThat(lineage(Lineage.Type.SINK))
        .containsExactlyInAnyOrder(
            "file:`/data/out.jsonl`", "gcs:bucket.`out/b.jsonl`", "bigquery:project.set.table");
  }

  private Set<String> lineage(Lineage.Type type) {
    return Lineage.query(results(), type);
  }

  private MetricResults results() {
    MetricsContainerStepMap steps = new MetricsContainerStepMap();
    steps.update("step", container);
    return MetricsContainerStepMap.asAttemptedOnlyMetricResults(steps);
  }
}
