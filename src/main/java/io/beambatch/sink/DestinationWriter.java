package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.result.ResultFile;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
   * @return what was delivered; empty if the file is only made ready, to be delivered together with
   *     others
   * @throws IOException naming the file and the destination; also if the file has not as many
   *     documents as it should
   */
  Optional<WrittenFile> write(ResultFile file, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException;

  /**
   * How long files of a stream are gathered before they are delivered together; empty if {@link
   * #write} delivers each.
   */
  default Optional<Duration> gathering() {
    return Optional.empty();
  }

  /**
   * Delivers files that {@link #write} has made ready, once, however often and with whatever others
   * it is called.
   *
   * @throws IOException naming the destination
   */
  default List<WrittenFile> deliver(
      List<ResultFile> files, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    return List.of();
  }
}
