package io.beambatch.source;

import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Checks and reads one kind of source: the seam that every kind is behind. The launcher calls the
 * check before anything is read or paid; the graph begins with what {@link #read} returns.
 *
 * <p>A new kind of source is a value in {@code job} (a {@link io.beambatch.job.Source} with its
 * section of the job file), an implementation of this interface, and a line in {@code Connectors}.
 */
public interface SourceReader {

  /**
   * Finds out whether the source can be read as the job says. It only looks: the caller keeps the
   * schema that is found ({@link SourceSchemas}).
   *
   * @param planned whether the run's plan is committed: such a run has read its source already, and
   *     goes by the schema that is kept
   * @return the schema of the source's documents; empty if it has none, or none is known yet
   * @throws IOException if it can't be read; the message names the key of the job file and says
   *     what to do
   */
  Optional<SourceSchema> check(RunFolder run, boolean planned, PipelineOptions options)
      throws IOException;

  /**
   * Reads the source.
   *
   * @param planned knows what is in a plan already, and is not read again
   */
  ReadDocuments read(RunFolder run, PlannedFiles planned);

  /**
   * Reads nothing more from the source, but only what was taken out of it and is in no plan: from
   * sources that are not consumed ({@link io.beambatch.job.Source#isConsumed}), nothing at all.
   */
  default ReadDocuments readTaken(RunFolder run, PlannedFiles planned) {
    return new ReadNothing();
  }
}
