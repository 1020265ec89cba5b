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
 * Writes one output of a run to one kind of destination: the interface behind which every kind
 * stands. {@link WriteResults} calls it on workers, file by file; the launcher calls the checks
 * before anything is read or paid.
 *
 * <p>A new kind of destination is a value in {@code job} (a {@link io.beambatch.job.Destination}
 * with its section of the job file), an implementation of this interface, and a line in {@code
 * Connectors}.
 */
public interface DestinationWriter extends Serializable {

  /**
   * Checks that the output's documents can be written.
   *
   * @param documents the schema of the output's documents; null if it isn't known before they are
   *     read
   * @param begun whether the run may have written something already
   * @throws IOException if not; the message names the job-file key and says what to do
   */
  void check(@Nullable Schema documents, boolean begun, PipelineOptions options) throws IOException;

  /** Returns whether a schema that is known only with the plan must be checked, too. */
  default boolean checksPlans() {
    return false;
  }

  /**
   * Writes a result file, completely and once, however often it is called.
   *
   * @param run identifies the run among all others
   * @return what was delivered; empty if the file is only prepared, to be delivered together with
   *     others
   * @throws IOException naming the file and the destination; also if the file has another number of
   *     documents than recorded
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
   * Delivers files that {@link #write} has prepared, each once, however often it is called and with
   * whatever others.
   *
   * @throws IOException naming the destination
   */
  default List<WrittenFile> deliver(
      List<ResultFile> files, RunIdentity run, PipelineOptions options)
      throws IOException, InterruptedException {
    return List.of();
  }
}
