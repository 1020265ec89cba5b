package io.beambatch.run;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The record of a run, written when it begins and when it finishes; see {@link Runs}.
 *
 * @param uid random: distinguishes the run's batches from all others at the provider
 * @param created in milliseconds since 1970
 * @param job the parts of the job that determine requests, chunks and outputs, as canonical text
 * @param finished in milliseconds since 1970, or null while something is left to do
 * @param launches launches that began before anything of the run was sent, and have not ended
 * @param unclean whether its folder may still hold files from before it was started over
 */
public record RunRecord(
    String name,
    String uid,
    long created,
    String job,
    @Nullable Long finished,
    List<Launch> launches,
    boolean unclean)
    implements Serializable {

  /** Records of earlier versions have no launches. */
  public RunRecord {
    launches = launches == null ? List.of() : List.copyOf(launches);
  }

  /**
   * A launch of the run.
   *
   * @param owner as {@link io.beambatch.batch.Owner} names it
   * @param since in milliseconds since 1970
   */
  public record Launch(String owner, long since) implements Serializable {}

  static RunRecord begun(String name, String uid, long created, String job) {
    return new RunRecord(name, uid, created, job, null, List.of(), false);
  }

  RunRecord finishedAt(long time) {
    return new RunRecord(name, uid, created, job, time, launches, unclean);
  }

  /** The same run with the current text of the job. */
  RunRecord of(String sameJob) {
    return new RunRecord(name, uid, created, sameJob, finished, launches, unclean);
  }

  RunRecord with(Launch launch) {
    return launchedBy(Stream.concat(launches.stream(), Stream.of(launch)).toList());
  }

  RunRecord without(String owner) {
    return launchedBy(launches.stream().filter(launch -> !launch.owner().equals(owner)).toList());
  }

  RunRecord launchedBy(List<Launch> others) {
    return new RunRecord(name, uid, created, job, finished, others, unclean);
  }

  /** The run of that name, started over by a launch that must still clear its folder. */
  RunRecord anew(String newUid, long now, String newJob, Launch launch) {
    return new RunRecord(name, newUid, now, newJob, null, List.of(launch), true);
  }

  RunRecord cleared() {
    return new RunRecord(name, uid, created, job, finished, launches, false);
  }
}
