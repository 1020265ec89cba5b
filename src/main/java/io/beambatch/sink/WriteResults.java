package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Destination;
import io.beambatch.job.Job;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Writes result files, each with the {@link DestinationWriter} of its kind of documents. A file
 * that has not as many documents as its {@link ResultFile} says stops the pipeline, and is not
 * written.
 *
 * <pre>{@code
 * PCollection<WrittenFile> written =
 *     results.apply("Write", new WriteResults(connectors.writers(), run));
 * }</pre>
 */
public final class WriteResults
    extends PTransform<PCollection<ResultFile>, PCollection<WrittenFile>> {
  private final Map<ResultFile.Kind, DestinationWriter> writers;
  private final RunIdentity run;

  /**
   * Writes the results of a run.
   *
   * @param writers one for each kind of documents
   * @param run identifies the run among all others
   */
  public WriteResults(Map<ResultFile.Kind, DestinationWriter> writers, RunIdentity run) {
    this.writers = Map.copyOf(writers);
    this.run = run;
  }

  /**
   * Finds out whether the files of a job's answers and failures could be written, before a run is
   * begun.
   *
   * @throws IOException if not; it names the field of the job file
   */
  public static void check(Job job) throws IOException {
    check("sink.path", job.answers());
    check("failures.path", job.failures());
  }

  private static void check(String field, Destination destination) throws IOException {
    if (destination.path().isEmpty()) {
      return;
    }
    String path = destination.path().get();
    try {
      Storage.checkWritable(path);
    } catch (IOException e) {
      throw new IOException(
          field + " " + path + " can't be written, so nothing was sent: " + e.getMessage(), e);
    }
  }

  @Override
  public PCollection<WrittenFile> expand(PCollection<ResultFile> files) {
    return files.apply("Write files", ParDo.of(new WriteFn(writers, run)));
  }

  private static final class WriteFn extends DoFn<ResultFile, WrittenFile> {
    private final Map<ResultFile.Kind, DestinationWriter> writers;
    private final RunIdentity run;

    WriteFn(Map<ResultFile.Kind, DestinationWriter> writers, RunIdentity run) {
      this.writers = writers;
      this.run = run;
    }

    @ProcessElement
    public void write(
        @Element ResultFile file, PipelineOptions options, OutputReceiver<WrittenFile> written)
        throws IOException, InterruptedException {
      written.output(Objects.requireNonNull(writers.get(file.kind())).write(file, run, options));
    }
  }
}
