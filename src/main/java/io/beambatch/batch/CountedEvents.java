package io.beambatch.batch;

import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.time.Duration;

/**
 * Counts the events of batches as Beam metrics. One callback may wait for a day: runners show the
 * counts while it does.
 */
final class CountedEvents implements BatchEvents {
  private static final long serialVersionUID = 1L;

  @Override
  public void created() {
    RunMetrics.counter("batches_created").inc();
  }

  @Override
  public void ended(BatchStatus status, Duration took) {
    RunMetrics.counter("batches_ended", status.code()).inc();
    RunMetrics.distribution("batch_seconds").update(took.toSeconds());
  }

  @Override
  public void failed(ProviderException call) {
    RunMetrics.counter("provider_errors", call.kind().name()).inc();
  }

  @Override
  public void stand(int underWay, Duration oldest) {
    RunMetrics.gauge("batches_under_way").set(underWay);
    RunMetrics.gauge("oldest_batch_seconds").set(oldest.toSeconds());
  }
}
