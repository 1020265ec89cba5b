package io.beambatch.run;

import io.beambatch.batch.WaitPolicy;
import io.beambatch.job.Job;
import io.beambatch.run.Runs.Run;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;

/**
 * Closes a run's accounts once all is written: checks that every document is answered or failed,
 * writes the report, and finishes the run. It is a step of the pipeline, and not of whoever
 * launched it, because on a hosted runner nobody is left to do it.
 *
 * <p>Where batches are looked at only once, that is done by the launch that finds all of them done.
 *
 * <p>Gives the report, once, at the end of bounded input. Of unbounded input it does so when it is
 * drained; the run stays open, to go on later. Numbers that don't add up fail the pipeline. A
 * repetition gives the report that is there.
 */
public final class CloseAccounts extends PTransform<PCollection<WrittenFile>, PCollection<Report>> {
  private static final KV<String, Integer> NO_FILES = KV.of("run", 0);

  private final Job job;
  private final RunFolder folder;
  private final WaitPolicy waitPolicy;

  /**
   * Closes the accounts of a run.
   *
   * @param waitPolicy says whether all has to be done by now
   */
  public CloseAccounts(Job job, RunFolder folder, WaitPolicy waitPolicy) {
    this.job = job;
    this.folder = folder;
    this.waitPolicy = waitPolicy;
  }

  /**
   * Closes the accounts of a run, unless that was done before.
   *
   * @throws AccountingException if documents are missing or too many
   */
  public static Report close(Job job, RunFolder folder) throws IOException, AccountingException {
    // A stream that was drained goes on when it is launched again.
    return close(job, folder, job.source().isEndless());
  }

  private static Report close(Job job, RunFolder folder, boolean goesOn)
      throws IOException, AccountingException {
    Clock clock = Clock.systemUTC();
    Runs runs = new Runs(folder.staging(), job, clock);
    Run run =
        runs.find(folder.run())
            .orElseThrow(() -> new IOException("the record of " + folder.path() + " is gone"));
    if (run.record().finished() != null) {
      return Report.of(folder);
    }
    Report report = new Accounts(job, run).close(clock.instant());
    report.write(folder);
    if (!goesOn) {
      runs.finish(run);
    }
    return report;
  }

  @Override
  public PCollection<Report> expand(PCollection<WrittenFile> written) {
    PCollection<KV<String, Integer>> files =
        written
            .apply(
                "Count files",
                MapElements.into(
                        TypeDescriptors.kvs(TypeDescriptors.strings(), TypeDescriptors.integers()))
                    .via(file -> KV.of(NO_FILES.getKey(), 1)))
            .apply("At the end", atTheEnd());
    // Without it, a run that wrote nothing would never be finished.
    PCollection<KV<String, Integer>> none =
        written
            .getPipeline()
            .apply("Even of nothing", Create.of(NO_FILES))
            .apply("Also at the end", atTheEnd());
    return PCollectionList.of(files)
        .and(none)
        .apply("All files", Flatten.pCollections())
        .apply("Await all files", Sum.integersPerKey())
        .apply(
            "Close",
            ParDo.of(
                new CloseFn(job, folder, waitPolicy, written.isBounded() == IsBounded.UNBOUNDED)))
        .setCoder(JsonCoder.of(Report.class));
  }

  /** Unlike the default trigger, this one is allowed on unbounded input, which may be drained. */
  private static Window<KV<String, Integer>> atTheEnd() {
    return Window.<KV<String, Integer>>into(new GlobalWindows())
        .triggering(AfterWatermark.pastEndOfWindow())
        .withAllowedLateness(Duration.ZERO)
        .discardingFiredPanes();
  }

  private static final class CloseFn extends DoFn<KV<String, Integer>, Report> {
    private final Job job;
    private final RunFolder folder;
    private final WaitPolicy waitPolicy;
    private final boolean goesOn;

    CloseFn(Job job, RunFolder folder, WaitPolicy waitPolicy, boolean goesOn) {
      this.job = job;
      this.folder = folder;
      this.waitPolicy = waitPolicy;
      this.goesOn = goesOn;
    }

    @ProcessElement
    public void process(OutputReceiver<Report> reports) throws IOException, AccountingException {
      if (!waitPolicy.leavesRest() || Standing.of(job, folder).isDone()) {
        reports.output(close(job, folder, goesOn));
      }
    }
  }
}
