package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.result.ResultFile;
import java.io.IOException;
import java.io.Serializable;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Writes one output of a run to one kind of destination: the seam that every kind is behind. {@link
 * WriteResults} calls it on workers, file by file; the launcher calls the checks before anything is
 * read or paid.
 *
 * <p>A new kind of destination is a value in {@code job} (a {@link io.beambatch.job.Destination}
 * with its section of the job file), an implementation of this interface, and a line in {@code
 * Connectors}.
 */
public interface DestinationWriter extends Serializable {

  /**
   * Finds out whether the output's documents could be written.
   *
   * @param documents the schema of the output's documents; null if it isn't known before they are
   *     read
   * @param begun whether the run may have written something already
   * @throws IOException if not; the message names the key of the job file and says what to do
   */
  void check(@Nullable Schema documents, boolean begun, PipelineOptions options) throws IOException;

  /** Whether a schema that is known with the plan, and not before, has to be checked, too. */
  default boolean checksPlans() {
    return false;
  }

  /**
   * Writes a result file, as a whole and once, however often it is called.
   *
   * @param run identifies the run among all others
   * @throws IOException naming the file and the destination; also if the file has not as many
   *     documents as it should
   */
  WrittenFile write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException;
}
