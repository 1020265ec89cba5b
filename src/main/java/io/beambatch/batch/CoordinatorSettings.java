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
 * @param settle how long the provider may take to carry out a creation whose caller is gone, and to
 *     show it in its list; only after that does a missing batch prove that none was created
 * @param lease how long after another process began to submit a chunk it may be taken over
 * @param resultGrace how long the result files of a finished batch may take to appear, and how long
 *     a batch may not be found
 * @param cancelGrace how long a cancelled batch may take to end
 * @param outage how long the provider may be out of reach; a launch that polls only once does not
 *     wait for it
 * @param progress receives the progress after each step
 * @param admission is asked before a batch is created
 */
public record CoordinatorSettings(
    Inference inference,
    IdentitySource identity,
    WaitPolicy waitPolicy,
    Duration settle,
    Duration lease,
    Duration resultGrace,
    Duration cancelGrace,
    Duration outage,
    BatchProgress.Sink progress,
    Admission admission)
    implements Serializable {

  /** The run's identity; call it only where the pipeline runs. */
  public RunIdentity run() {
    return identity.identity();
  }

  /** The settle time at a provider, which may be longer than the setting. */
  Duration settle(Capabilities capabilities) {
    return capabilities.settle().compareTo(settle) > 0 ? capabilities.settle() : settle;
  }

  /** The default times, until every batch has ended. */
  public static CoordinatorSettings of(Inference inference, IdentitySource identity) {
    return new CoordinatorSettings(
        inference,
        identity,
        WaitPolicy.UNTIL_ENDED,
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        inference.poll().grace(),
        Duration.ofMinutes(30),
        Duration.ofHours(1),
        BatchProgress.Sink.NONE,
        Admission.OPEN);
  }

  /** A copy for a launch that polls only once. */
  public CoordinatorSettings forOneLook() {
    return new CoordinatorSettings(
        inference,
        identity,
        WaitPolicy.ONE_LOOK,
        settle,
        lease,
        resultGrace,
        cancelGrace,
        outage,
        progress,
        admission);
  }

  /** A copy that reports progress to a receiver. */
  public CoordinatorSettings reportingTo(BatchProgress.Sink sink) {
    return new CoordinatorSettings(
        inference,
        identity,
        waitPolicy,
        settle,
        lease,
        resultGrace,
        cancelGrace,
        outage,
        sink,
        admission);
  }

  /** A copy that creates only what is admitted. */
  public CoordinatorSettings admitting(Admission by) {
    return new CoordinatorSettings(
        inference,
        identity,
        waitPolicy,
        settle,
        lease,
        resultGrace,
        cancelGrace,
        outage,
        progress,
        by);
  }
}
