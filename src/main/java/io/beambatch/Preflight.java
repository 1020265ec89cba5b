package io.beambatch;

import io.beambatch.job.Job;
import io.beambatch.result.AnswerWarnings;
import io.beambatch.result.JoinResults;
import io.beambatch.sink.Output;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at where a job's documents come from and where they go, before anything is read or paid. It
 * keeps the schema of a source that has one in the run's folder. A run whose plan is committed
 * doesn't look at its source again.
 */
public final class Preflight {
  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  private final Job job;
  private final PipelineOptions options;
  private final boolean isRead;

  /** A preflight with the permissions and the project of these options. */
  public Preflight(Job job, PipelineOptions options) {
    this(job, options, true);
  }

  private Preflight(Job job, PipelineOptions options, boolean isRead) {
    this.job = job;
    this.options = options;
    this.isRead = isRead;
  }

  /** A preflight for a launch that takes nothing more out of a source that is consumed. */
  public Preflight takingNoMore() {
    return new Preflight(job, options, false);
  }

  /**
   * Looks at the source and at both destinations.
   *
   * @param planned whether the run's plan is committed
   * @throws IOException naming the key of the job file, if a source can't be read, or a destination
   *     can't be written or can't hold the documents
   */
  public void check(RunFolder run, boolean planned) throws IOException {
    JoinResults.check(job.inference());
    AnswerWarnings.of(job.inference()).forEach(LOG::warn);
    Optional<Schema> documents =
        isRead || !job.source().isConsumed()
            ? Connectors.reader(job.source()).check(run, planned, options)
            : Optional.empty();
    for (Output output : Output.of(job, run)) {
      Connectors.writer(output)
          .check(documents.map(output::schemaFor).orElse(null), planned, options);
    }
  }
}
