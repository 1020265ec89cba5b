package io.beambatch.run;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is written down of a run when it begins and when it is finished: see {@link Runs}.
 *
 * @param uid random: tells the run's batches from all others at the provider
 * @param created in milliseconds since 1970
 * @param job all of the job that shapes requests, chunks and outputs, as canonical text
 * @param finished in milliseconds since 1970, or null while there is something left to do
 */
public record RunRecord(String name, String uid, long created, String job, @Nullable Long finished)
    implements Serializable {

  RunRecord finishedAt(long time) {
    return new RunRecord(name, uid, created, job, time);
  }
}
