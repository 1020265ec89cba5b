package io.beambatch.sink;

import io.beambatch.job.FailuresSpec;
import io.beambatch.job.SinkSpec;
import io.beambatch.result.ResultFile;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionView;
import org.jspecify.annotations.Nullable;

/**
 * Delivers result files: answered documents to {@code <sink.path>-<run>-<shard>.<jsonl|csv>},
 * failed ones to {@code <failures.path>-<run>-<shard>.jsonl}.
 *
 * <p>A file appears under its name when it is complete, and a repetition puts the same file in its
 * place, so no document is ever delivered twice. A file that has not as many documents as its
 * {@link ResultFile} says stops the pipeline, and is not delivered.
 *
 * <p>JSON lines are copied byte for byte. The columns of CSV files are the fields of all answered
 * documents of the window, so that its files fit together; of unbounded input, which is delivered
 * before all is known, each file has the columns of its own documents. Objects and arrays ({@code
 * _batch} among them) stand in one cell as JSON, null and missing fields are empty cells.
 *
 * <pre>{@code
 * PCollection<WrittenFile> written =
 *     results.apply("Write", WriteResults.to(job.sink(), job.failures(), run));
 * }</pre>
 */
public final class WriteResults
    extends PTransform<PCollection<ResultFile>, PCollection<WrittenFile>> {
  private final ResultPublisher publisher;

  private WriteResults(ResultPublisher publisher) {
    this.publisher = publisher;
  }

  /**
   * Delivers to a job's sink.
   *
   * @param run the run's name; goes into the files' names
   */
  public static WriteResults to(SinkSpec sink, FailuresSpec failures, String run) {
    return new WriteResults(new ResultPublisher(sink, failures, run));
  }

  @Override
  public PCollection<WrittenFile> expand(PCollection<ResultFile> files) {
    if (publisher.sink().type() != SinkSpec.Type.CSV || files.isBounded() == IsBounded.UNBOUNDED) {
      return files.apply("Write files", ParDo.of(new PublishFn(publisher, null)));
    }
    PCollectionView<List<String>> columns =
        files.apply("Unite columns", Combine.globally(new ColumnsFn()).asSingletonView());
    return files.apply(
        "Write files", ParDo.of(new PublishFn(publisher, columns)).withSideInputs(columns));
  }

  private static final class PublishFn extends DoFn<ResultFile, WrittenFile> {
    private final ResultPublisher publisher;
    private final @Nullable PCollectionView<List<String>> columns;

    PublishFn(ResultPublisher publisher, @Nullable PCollectionView<List<String>> columns) {
      this.publisher = publisher;
      this.columns = columns;
    }

    @ProcessElement
    public void publish(ProcessContext context) throws IOException {
      ResultFile file = context.element();
      context.output(
          publisher.publish(file, columns == null ? file.fields() : context.sideInput(columns)));
    }
  }
}
