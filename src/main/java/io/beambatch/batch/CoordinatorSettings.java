package io.beambatch.batch;

import io.beambatch.job.Inference;
import io.beambatch.provider.Capabilities;
import java.io.Serializable;
import java.time.Duration;

/**
 * The settings of a coordinator: which run it works for, and how long each wait may take.
 *
 * @param identity identifies the run
 * @param waitPolicy how long to stay with the batches
 * @param waits how long the provider, and other processes, may take
 * @param progress receives the progress after each step
 * @param admission is asked before a batch is created
 */
public record CoordinatorSettings(
    Inference inference,
    IdentitySource identity,
    WaitPolicy waitPolicy,
    Waits waits,
    BatchProgress.Sink progress,
    Admission admission)
    implements Serializable {

  /**
   * How long the provider, and other processes, may take.
   *
   * @param settle to carry out a creation whose caller is gone, and to show it in the provider's
   *     list; only after that does a missing batch prove that none was created
   * @param lease to submit a chunk, before another process may take it over
   * @param resultGrace to show the result files of a finished batch, or a batch that is not found
   * @param cancelGrace to end a cancelled batch
   * @param outage to be in reach again; a launch that polls only once does not wait for it
   */
  public record Waits(
      Duration settle, Duration lease, Duration resultGrace, Duration cancelGrace, Duration outage)
      implements Serializable {}

  /** The default times, until every batch has ended. */
  public static CoordinatorSettings of(Inference inference, IdentitySource identity) {
    Waits waits =
        new Waits(
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            inference.poll().grace(),
            Duration.ofMinutes(30),
            Duration.ofHours(1));
    return new CoordinatorSettings(
        inference,
        identity,
        WaitPolicy.UNTIL_ENDED,
        waits,
        BatchProgress.Sink.NONE,
        Admission.OPEN);
  }

  /** The run's identity; call it only where the pipeline runs. */
  public RunIdentity run() {
    return identity.identity();
  }

  /** The settle time at a provider, which may be longer than the setting. */
  Duration settle(Capabilities capabilities) {
    Duration longer = capabilities.settle();
    return longer.compareTo(waits.settle) > 0 ? longer : waits.settle;
  }

  /** A copy for a launch that polls only once. */
  public CoordinatorSettings pollingOnce() {
    return new CoordinatorSettings(
        inference, identity, WaitPolicy.ONE_POLL, waits, progress, admission);
  }

  /** A copy that reports progress to a receiver. */
  public CoordinatorSettings reportingTo(BatchProgress.Sink sink) {
    return new CoordinatorSettings(inference, identity, waitPolicy, waits, sink, admission);
  }

  /** A copy that creates only what is admitted. */
  public CoordinatorSettings admitting(Admission by) {
    return new CoordinatorSettings(inference, identity, waitPolicy, waits, progress, by);
  }
}
