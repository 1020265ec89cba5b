package io.beambatch.run;

import io.beambatch.bigquery.Columns;
import io.beambatch.bigquery.TableChecks;
import io.beambatch.job.Job;
import io.beambatch.pubsub.PubSubChecks;
import io.beambatch.sink.SinkSchema;
import io.beambatch.source.SourceSchemas;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * Looks at where a job's documents come from and where they go before anything is read or paid, and
 * keeps the schema of a source that has one in the run's folder. A run whose plan is committed
 * doesn't look at its source again.
 */
public final class Survey {
  private final Job job;
  private final PipelineOptions options;
  private final boolean isRead;

  /** A survey with the rights and the project of these options. */
  public Survey(Job job, PipelineOptions options) {
    this(job, options, true);
  }

  private Survey(Job job, PipelineOptions options, boolean isRead) {
    this.job = job;
    this.options = options;
    this.isRead = isRead;
  }

  /** A survey for a launch that takes no messages any more. */
  public Survey takingNoMore() {
    return new Survey(job, options, false);
  }

  /**
   * Looks at all tables, topics and subscriptions, and at the first file of a source whose files
   * bring their schema.
   *
   * @param planned whether the run's plan is committed
   * @throws IOException naming the file, if it can't be read, or if the sink can't hold its records
   * @throws io.beambatch.bigquery.BigQueryException naming the key and the table if one won't do
   * @throws io.beambatch.pubsub.PubSubException likewise
   */
  public void check(RunFolder folder, boolean planned) throws IOException {
    messages();
    Schema documents = source(folder, planned);
    if (documents != null) {
      SinkSchema.checkFiles(job, documents);
    }
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

  private void messages() throws IOException {
    PubSubChecks checks = new PubSubChecks(options);
    if (job.source().messages() != null && isRead) {
      checks.subscription("source.subscription", job.source().messages().subscription());
    }
    if (job.sink().topic() != null) {
      checks.topic("sink.topic", job.sink().topic());
    }
    if (job.failures().topic() != null) {
      checks.topic("failures.topic", job.failures().topic());
    }
  }

  private @Nullable Schema source(RunFolder folder, boolean planned) throws IOException {
    SourceSchemas schemas = new SourceSchemas(folder);
    if (job.source().table() == null) {
      return schemas.establish(job.source(), planned).orElse(null);
    }
    Optional<Schema> kept = planned ? schemas.read() : Optional.empty();
    if (kept.isPresent()) {
      return kept.get();
    }
    Schema documents = Columns.avro(new TableChecks(options).source(job.source()));
    schemas.replace("the table", documents);
    return documents;
  }
}
