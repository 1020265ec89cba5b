package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Job;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Delivers result files: answered documents to {@code <sink.path>-<run>-<shard>.<jsonl|csv>},
 * failed ones to {@code <failures.path>-<run>-<shard>.jsonl}; or into tables of BigQuery, as {@link
 * TableWriter} does it, or to topics of Pub/Sub, as {@link TopicWriter} does.
 *
 * <p>A file appears under its name when it is complete, and a repetition puts the same file in its
 * place, so no document is ever delivered twice (but to a topic it may be). A file that has not as
 * many documents as its {@link ResultFile} says stops the pipeline, and is not delivered.
 *
 * <p>JSON lines are copied byte for byte. The columns of CSV files are the fields of all documents
 * that the run has planned ({@link SinkSchema}), so that its files fit together. Objects and arrays
 * ({@code _batch} among them) stand in one cell as JSON, null and missing fields are empty cells.
 *
 * <pre>{@code
 * PCollection<WrittenFile> written = results.apply("Write", WriteResults.to(job, folder, run));
 * }</pre>
 */
public final class WriteResults
    extends PTransform<PCollection<ResultFile>, PCollection<WrittenFile>> {
  private final Job job;
  private final RunFolder folder;
  private final RunIdentity run;

  private WriteResults(Job job, RunFolder folder, RunIdentity run) {
    this.job = job;
    this.folder = folder;
    this.run = run;
  }

  /**
   * Delivers to a job's sink.
   *
   * @param folder of the run, whose name goes into the files' names
   * @param run tells the run from all others
   */
  public static WriteResults to(Job job, RunFolder folder, RunIdentity run) {
    return new WriteResults(job, folder, run);
  }

  /**
   * Finds out whether a job's answers and failures could be written, before anything is paid.
   *
   * @throws IOException if not; it names the field of the job file
   */
  public static void check(Job job) throws IOException {
    check("sink.path", job.sink().path());
    check("failures.path", job.failures().path());
  }

  private static void check(String field, @Nullable String path) throws IOException {
    if (path == null) { // a table or a topic
      return;
    }
    try {
      Storage.checkWritable(path);
    } catch (IOException e) {
      throw new IOException(
          field + " " + path + " can't be written, so nothing was sent: " + e.getMessage(), e);
    }
  }

  @Override
  public PCollection<WrittenFile> expand(PCollection<ResultFile> files) {
    return files.apply("Write files", ParDo.of(new PublishFn(job, folder, run)));
  }

  private static final class PublishFn extends DoFn<ResultFile, WrittenFile> {
    private final Job job;
    private final RunFolder folder;
    private final ResultPublisher publisher;
    private final TableWriter tables;
    private final TopicWriter topics;
    private transient @Nullable SinkSchema schema;

    PublishFn(Job job, RunFolder folder, RunIdentity run) {
      this.job = job;
      this.folder = folder;
      this.publisher = ResultPublisher.of(job, folder);
      this.tables = new TableWriter(job, folder, run);
      this.topics = new TopicWriter(job, run);
    }

    @Setup
    public void open() {
      schema = job.sink().type().hasColumns() ? new SinkSchema(job, folder) : null;
    }

    @ProcessElement
    public void publish(
        @Element ResultFile file, PipelineOptions options, OutputReceiver<WrittenFile> written)
        throws IOException, InterruptedException {
      if (publisher.table(file.kind()) != null) {
        written.output(tables.load(file, options));
        return;
      }
      if (publisher.topic(file.kind()) != null) {
        written.output(topics.publish(file, options));
        return;
      }
      Schema columns =
          schema == null || file.kind() == ResultFile.Kind.FAILED ? null : schema.answered();
      written.output(publisher.publish(file, columns));
    }
  }
}
