package io.beambatch.batch;

import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.Serializable;
import java.time.Duration;

/**
 * Receives what a coordinator does and meets, as it happens. {@link CountedEvents} turns it into
 * metrics.
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
        public void stand(int underWay, Duration oldest) {}
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
  void stand(int underWay, Duration oldest);
}
