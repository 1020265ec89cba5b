package io.beambatch;

import io.beambatch.job.Job;
import io.beambatch.request.PromptCache;
import io.beambatch.result.AnswerWarnings;
import io.beambatch.result.JoinResults;
import io.beambatch.run.Canary;
import io.beambatch.sink.Output;
import io.beambatch.source.SourceSchema;
import io.beambatch.source.SourceSchemas;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks a job's source and destinations before anything is read or paid. The launcher calls {@link
 * #check}, which changes nothing, and then {@link #keepSchema}, which writes what the steps of the
 * graph need. A run whose plan is committed doesn't check its source again.
 */
public final class Preflight {
  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  private final Job job;
  private final PipelineOptions options;
  private final boolean isRead;
  private Optional<SourceSchema> found = Optional.empty();

  /** A preflight with the permissions and the project of these options. */
  public Preflight(Job job, PipelineOptions options) {
    this(job, options, true);
  }

  private Preflight(Job job, PipelineOptions options, boolean isRead) {
    this.job = job;
    this.options = options;
    this.isRead = isRead;
  }

  /** A preflight for a launch that takes nothing more from a source that is consumed. */
  public Preflight takingNoMore() {
    return new Preflight(job, options, false);
  }

  /**
   * Checks the source and both destinations, and writes nothing.
   *
   * @param planned whether the run's plan is committed
   * @throws IOException naming the job-file key, if a source can't be read, or a destination can't
   *     be written or can't hold the documents
   */
  public void check(RunFolder run, boolean planned) throws IOException {
    JoinResults.check(job.inference());
    Canary.check(job);
    AnswerWarnings.of(job.inference()).forEach(LOG::warn);
    PromptCache.warning(job.inference().request()).ifPresent(LOG::warn);
    found =
        isRead || !job.source().isConsumed()
            ? Connectors.reader(job.source()).check(run, planned, options)
            : Optional.empty();
    Optional<Schema> documents = found.map(SourceSchema::schema);
    for (Output output : Output.of(job, run)) {
      Connectors.writer(output)
          .check(documents.map(output::schemaFor).orElse(null), planned, options);
    }
  }

  /**
   * Writes the schema that {@link #check} has found into the run's folder, for reading files and
   * writing answers. If the source has no schema, it writes nothing.
   *
   * @throws IOException if another launch of the run keeps another schema at the same time
   */
  public void keepSchema(RunFolder run) throws IOException {
    if (found.isEmpty()) {
      return;
    }
    SourceSchemas schemas = new SourceSchemas(run);
    if (job.source().isEndless()) {
      schemas.keep(found.get());
    } else {
      schemas.replace(found.get());
    }
  }
}
