package io.beambatch.batch;

import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import java.io.Serializable;
import java.time.Duration;

/** Is told what a coordinator does and meets, while it is at it. */
interface BatchEvents extends Serializable {
  /** Where nobody has to be told. */
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
   * @param took since it was created
   */
  void ended(BatchStatus status, Duration took);

  /** A call failed for good. */
  void failed(ProviderException call);

  /**
   * How the batches stand after a look.
   *
   * @param oldest since the first of those under way was created; zero if there is none
   */
  void stand(int underWay, Duration oldest);
}
