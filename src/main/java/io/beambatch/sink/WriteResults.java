package io.beambatch.sink;

import io.beambatch.batch.RunIdentity;
import io.beambatch.job.Destination;
import io.beambatch.job.Job;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.result.ResultFile;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;

/**
 * Writes result files, each with the {@link DestinationWriter} of its kind of documents. A file
 * with another number of documents than its {@link ResultFile} says stops the pipeline, and is not
 * written. For some destinations, such as tables, files are gathered and delivered together: all
 * files of a launch over bounded input, or those of some minutes of a stream. What a stream's
 * destination refuses stays in the run's folder for the next launch.
 *
 * <pre>{@code
 * PCollection<WrittenFile> written =
 *     results.apply("Write", new WriteResults(connectors.writers(), run, permanentErrors));
 * }</pre>
 */
public final class WriteResults
    extends PTransform<PCollection<ResultFile>, PCollection<WrittenFile>> {
  private static final TupleTag<WrittenFile> WRITTEN = new TupleTag<>("written") {};

  /** Files that will be delivered together with others. */
  private static final TupleTag<ResultFile> READY = new TupleTag<>("ready") {};

  private final Map<ResultFile.Kind, DestinationWriter> writers;
  private final RunIdentity run;
  private final PermanentErrors permanentErrors;
  private final Delivered delivered;

  /** Knows which files are delivered. */
  @FunctionalInterface
  public interface Delivered extends Serializable {
    /** Returns whether this launch or another has delivered a file. */
    boolean isDelivered(ResultFile file) throws IOException;
  }

  /**
   * Writes the results of a run.
   *
   * @param writers one for each kind of documents
   * @param run identifies the run among all others
   */
  public WriteResults(
      Map<ResultFile.Kind, DestinationWriter> writers,
      RunIdentity run,
      PermanentErrors permanentErrors) {
    this(writers, run, permanentErrors, file -> false);
  }

  private WriteResults(
      Map<ResultFile.Kind, DestinationWriter> writers,
      RunIdentity run,
      PermanentErrors permanentErrors,
      Delivered delivered) {
    this.writers = Map.copyOf(writers);
    this.run = run;
    this.permanentErrors = permanentErrors;
    this.delivered = delivered;
  }

  /**
   * A copy for launches that may write concurrently: a file that another launch has delivered and
   * deleted meanwhile is skipped.
   */
  public WriteResults unless(Delivered byAnother) {
    return new WriteResults(writers, run, permanentErrors, byAnother);
  }

  /**
   * Checks that the files of a job's answers and failures can be written, before a run is begun.
   *
   * @throws IOException if not; names the field of the job file
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
    Optional<Duration> gathering =
        writers.values().stream()
            .flatMap(writer -> writer.gathering().stream())
            .max(Comparator.naturalOrder());
    PCollectionTuple done =
        files.apply(
            "Write files",
            ParDo.of(new WriteFn(this)).withOutputTags(WRITTEN, TupleTagList.of(READY)));
    PCollection<WrittenFile> written = done.get(WRITTEN);
    if (gathering.isEmpty()) {
      return written;
    }
    PCollection<WrittenFile> together =
        done.get(READY)
            .apply("Gather", gathered(gathering.get(), files.isBounded()))
            .apply("Key by kind", WithKeys.of(file -> file.kind().name()))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), files.getCoder()))
            .apply("Group by kind", GroupByKey.create())
            .apply("Deliver together", ParDo.of(new DeliverFn(this)))
            .setWindowingStrategyInternal(written.getWindowingStrategy());
    return PCollectionList.of(written)
        .and(together)
        .apply("Flatten written files", Flatten.pCollections());
  }

  /** In a stream, the files since the last delivery; otherwise all files of the launch. */
  private static Window<ResultFile> gathered(Duration most, IsBounded input) {
    Window<ResultFile> all = Window.into(new GlobalWindows());
    return input == IsBounded.BOUNDED
        ? all
        : all.triggering(
                Repeatedly.forever(
                    AfterProcessingTime.pastFirstElementInPane()
                        .plusDelayOf(org.joda.time.Duration.millis(most.toMillis()))))
            .withAllowedLateness(org.joda.time.Duration.ZERO)
            .discardingFiredPanes();
  }

  private static final class WriteFn extends DoFn<ResultFile, WrittenFile> {
    private static final long serialVersionUID = 1L;

    private final Map<ResultFile.Kind, DestinationWriter> writers;
    private final RunIdentity run;
    private final PermanentErrors permanentErrors;
    private final Delivered delivered;

    WriteFn(WriteResults step) {
      this.writers = step.writers;
      this.run = step.run;
      this.permanentErrors = step.permanentErrors;
      this.delivered = step.delivered;
    }

    @ProcessElement
    public void write(
        @Element ResultFile file, PipelineOptions options, MultiOutputReceiver outputs)
        throws IOException, InterruptedException {
      DestinationWriter writer = Objects.requireNonNull(writers.get(file.kind()));
      Optional<WrittenFile> done;
      try {
        done = writer.write(file, run, options);
      } catch (IOException | RuntimeException e) {
        if (delivered.isDelivered(file) || permanentErrors.record(file.subject(), e)) {
          return;
        }
        throw e;
      }
      if (done.isPresent()) {
        outputs.get(WRITTEN).output(done.get());
      } else {
        outputs.get(READY).output(file);
      }
    }
  }

  /** Delivers the gathered files, with one call for each kind of documents. */
  private static final class DeliverFn extends DoFn<KV<String, Iterable<ResultFile>>, WrittenFile> {
    private static final long serialVersionUID = 1L;

    private final Map<ResultFile.Kind, DestinationWriter> writers;
    private final RunIdentity run;
    private final PermanentErrors permanentErrors;

    DeliverFn(WriteResults step) {
      this.writers = step.writers;
      this.run = step.run;
      this.permanentErrors = step.permanentErrors;
    }

    @ProcessElement
    public void deliver(
        @Element KV<String, Iterable<ResultFile>> ready,
        PipelineOptions options,
        OutputReceiver<WrittenFile> written)
        throws IOException, InterruptedException {
      List<ResultFile> files = new ArrayList<>();
      ready.getValue().forEach(files::add);
      ResultFile.Kind kind = ResultFile.Kind.valueOf(ready.getKey());
      try {
        Objects.requireNonNull(writers.get(kind))
            .deliver(files, run, options)
            .forEach(written::output);
      } catch (IOException | RuntimeException e) {
        for (ResultFile file : files) {
          if (!permanentErrors.record(file.subject(), e)) {
            throw e;
          }
        }
      }
    }
  }
}
