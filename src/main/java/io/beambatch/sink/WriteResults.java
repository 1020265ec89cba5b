package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Destination;
import io.beambatch.job.Job;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
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
  private final Delivered delivered;

  /** Knows which files are delivered. */
  @FunctionalInterface
  public interface Delivered extends Serializable {
    /** Whether this launch or another has delivered a file. */
    boolean isDelivered(ResultFile file) throws IOException;
  }

  /**
   * Writes the results of a run.
   *
   * @param writers one for each kind of documents
   * @param run identifies the run among all others
   */
  public WriteResults(Map<ResultFile.Kind, DestinationWriter> writers, RunIdentity run) {
    this(writers, run, file -> false);
  }

  private WriteResults(
      Map<ResultFile.Kind, DestinationWriter> writers, RunIdentity run, Delivered delivered) {
    this.writers = Map.copyOf(writers);
    this.run = run;
    this.delivered = delivered;
  }

  /**
   * The same where several launches of a run may write at once: one that finds a file gone, because
   * another has delivered it meanwhile and deleted it, leaves it out.
   */
  public WriteResults unless(Delivered byAnother) {
    return new WriteResults(writers, run, byAnother);
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
    return files.apply("Write files", ParDo.of(new WriteFn(writers, run, delivered)));
  }

  private static final class WriteFn extends DoFn<ResultFile, WrittenFile> {
    private final Map<ResultFile.Kind, DestinationWriter> writers;
    private final RunIdentity run;
    private final Delivered delivered;

    WriteFn(Map<ResultFile.Kind, DestinationWriter> writers, RunIdentity run, Delivered delivered) {
      this.writers = writers;
      this.run = run;
      this.delivered = delivered;
    }

    @ProcessElement
    public void write(
        @Element ResultFile file, PipelineOptions options, OutputReceiver<WrittenFile> written)
        throws IOException, InterruptedException {
      DestinationWriter writer = Objects.requireNonNull(writers.get(file.kind()));
      WrittenFile done;
      try {
        done = writer.write(file, run, options);
      } catch (IOException e) {
        if (delivered.isDelivered(file)) {
          return;
        }
        throw e;
      }
      written.output(done);
    }
  }
}
