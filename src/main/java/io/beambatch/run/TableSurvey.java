package io.beambatch.run;

import io.beambatch.bigquery.Columns;
import io.beambatch.bigquery.TableChecks;
import io.beambatch.document.SourceSchemas;
import io.beambatch.job.Job;
import io.beambatch.sink.SinkSchema;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the BigQuery tables of a job before anything is read or paid, and notes the schema of
 * the source in the run's folder. A run whose plan is committed doesn't look at its source again.
 */
public final class TableSurvey {
  private final Job job;
  private final PipelineOptions options;

  /** A survey with the rights and the project of these options. */
  public TableSurvey(Job job, PipelineOptions options) {
    this.job = job;
    this.options = options;
  }

  /**
   * Looks at all tables.
   *
   * @param planned whether the run's plan is committed
   * @throws io.beambatch.bigquery.BigQueryException naming the key and the table if one won't do
   */
  public void check(RunFolder folder, boolean planned) throws IOException {
    Schema documents = source(folder, planned);
    if (job.sink().table() != null) {
      Schema answered = documents == null ? null : SinkSchema.answered(job, documents);
      new TableChecks(options)
          .sink("sink.table", job.sink().table(), answered, folder.path(), planned);
    }
    if (job.failures().table() != null) {
      Schema failed = documents == null ? null : SinkSchema.failed(documents);
      new TableChecks(options)
          .sink("failures.table", job.failures().table(), failed, folder.path(), planned);
    }
  }

  private @Nullable Schema source(RunFolder folder, boolean planned) throws IOException {
    if (job.source().table() == null) {
      return null;
    }
    SourceSchemas schemas = new SourceSchemas(folder);
    Optional<Schema> kept = planned ? schemas.read() : Optional.empty();
    if (kept.isPresent()) {
      return kept.get();
    }
    Schema documents = Columns.avro(new TableChecks(options).source(job.source()));
    schemas.replace("the table", documents);
    return documents;
  }
}
