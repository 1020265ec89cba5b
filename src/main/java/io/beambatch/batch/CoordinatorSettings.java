package io.beambatch.batch;

import io.beambatch.job.Inference;
import io.beambatch.provider.Capabilities;
import java.io.Serializable;
import java.time.Duration;

/**
 * What the coordinator goes by.
 *
 * @param identity of the run
 * @param waitPolicy how long to stay with the batches
 * @param settle how long a creation whose caller is gone may take to be carried out and to show in
 *     the provider's list; only after that does not finding it mean that it was not made
 * @param lease after which a chunk that somebody else was submitting may be taken over
 * @param resultGrace how long result files may take to show on a batch that has ended, and how long
 *     a batch may not be found
 * @param cancelGrace how long a cancelled batch may take to end
 * @param outage how long the provider may be out of reach; who looks only once does not wait for it
 * @param progress is told after each step
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

  /** The run's identity, to be asked for where the pipeline runs. */
  public RunIdentity run() {
    return identity.identity();
  }

  /** The same wait at a provider, which may take longer to carry creations out. */
  Duration settle(Capabilities capabilities) {
    return capabilities.settle().compareTo(settle) > 0 ? capabilities.settle() : settle;
  }

  /** The usual times, until every batch has ended. */
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

  /** The same, for a launch that only looks once. */
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

  /** The same, telling how far the batches come. */
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

  /** The same, creating only what is admitted. */
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
