package io.beambatch.batch;

import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.Serializable;
import java.time.Duration;

/**
 * Receives what a coordinator does and meets, as it happens. {@link Counted} makes metrics of it.
 */
interface BatchEvents extends Serializable {
  /** Ignores all events. */
  BatchEvents NONE =
      new BatchEvents() {
        private static final long serialVersionUID = 1L;

        @Override
        public void created() {}

        @Override
        public void ended(BatchStatus status, Duration took) {}

        @Override
        public void failed(ProviderException call) {}

        @Override
        public void polled(int underWay, Duration oldest) {}
      };

  /** A batch was created. */
  void created();

  /**
   * A batch has ended.
   *
   * @param took the time since its creation
   */
  void ended(BatchStatus status, Duration took);

  /** A call has failed permanently. */
  void failed(ProviderException call);

  /**
   * The state of the batches after a poll.
   *
   * @param oldest the age of the oldest batch in flight; zero if there is none
   */
  void polled(int underWay, Duration oldest);

  /**
   * Counts the events as Beam metrics. One callback may wait for a day: runners show the counts
   * while it does.
   */
  final class Counted implements BatchEvents {
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
    public void polled(int underWay, Duration oldest) {
      RunMetrics.gauge("batches_under_way").set(underWay);
      RunMetrics.gauge("oldest_batch_seconds").set(oldest.toSeconds());
    }
  }
}
