package io.beambatch.source;

import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Checks and reads one kind of source: the interface behind which every kind stands. The launcher
 * calls the check before anything is read or paid; the graph begins with what {@link #read}
 * returns.
 *
 * <p>A new kind of source is a value in {@code job} (a {@link io.beambatch.job.Source} with its
 * section of the job file), an implementation of this interface, and a line in {@code Connectors}.
 */
public interface SourceReader {

  /**
   * Checks that the source can be read as the job says. It changes nothing: the caller keeps the
   * schema that is found ({@link SourceSchemas}).
   *
   * @param planned whether the run's plan is committed: such a run has read its source already, and
   *     uses the kept schema
   * @return the schema of the source's documents; empty if it has none, or none is known yet
   * @throws IOException if it can't be read; the message names the job-file key and says what to do
   */
  Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException;

  /**
   * Reads the source.
   *
   * @param planned knows what is planned already, and is not read again
   */
  ReadDocuments read(RunFolder run, PlannedFiles planned);

  /**
   * Reads nothing more from the source, only what was already taken from it and is in no plan.
   * Sources that are not consumed ({@link io.beambatch.job.Source#isConsumed}) have nothing of that
   * kind.
   */
  default ReadDocuments readTaken(RunFolder run, PlannedFiles planned) {
    return new ReadNothing();
  }
}
