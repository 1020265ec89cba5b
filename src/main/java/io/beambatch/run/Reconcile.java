package io.beambatch.run;

import io.beambatch.batch.WaitPolicy;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.Keep;
import io.beambatch.sink.WrittenFile;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Clock;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles a run once everything is written: checks that every document is answered or failed,
 * writes the report, and finishes the run. It is the last step of the graph, because on a hosted
 * runner no launcher is left to do it.
 *
 * <p>If each launch polls only once, the launch that finds all batches done reconciles the run.
 *
 * <p>The output is the report: one, at the end of bounded input. On unbounded input it is emitted
 * when the pipeline is drained, and the run stays open, to be resumed later. Counts that don't add
 * up fail a pipeline over bounded input; a stream could not be drained then, so there the report
 * says it. A repetition emits the existing report.
 */
public final class Reconcile extends PTransform<PCollection<WrittenFile>, PCollection<Report>> {
  private static final Logger LOG = LoggerFactory.getLogger(Reconcile.class);
  private static final KV<String, Integer> NO_FILES = KV.of("run", 0);

  private final Job job;
  private final RunFolder folder;
  private final WaitPolicy waitPolicy;

  /**
   * Reconciles a run.
   *
   * @param waitPolicy says whether everything must be done by now
   */
  public Reconcile(Job job, RunFolder folder, WaitPolicy waitPolicy) {
    this.job = job;
    this.folder = folder;
    this.waitPolicy = waitPolicy;
  }

  /**
   * Reconciles a run, unless it is reconciled already.
   *
   * @throws UserException if documents are missing or too many
   */
  public static Report reconcile(Run run) throws IOException {
    // A drained stream resumes when it is launched again; a cancelled one ends.
    boolean goesOn = run.job().source().isEndless() && !run.batches().isCancelled();
    return reconcile(run.job(), run.folder(), goesOn);
  }

  private static Report reconcile(Job job, RunFolder folder, boolean goesOn) throws IOException {
    Clock clock = Clock.systemUTC();
    Runs runs = new Runs(folder.staging(), job, clock);
    Run run =
        runs.find(folder.run())
            .orElseThrow(() -> new IOException("the record of " + folder.path() + " is missing"));
    if (run.isFinished()) {
      return Report.of(folder);
    }
    Report report =
        goesOn
            ? Reconciliation.streamReport(run, clock.instant())
            : Reconciliation.report(run, clock.instant());
    if (!goesOn || (report.problems().isEmpty() && run.batches().isCancelled())) {
      runs.finish(run);
      if (job.isPrinted() && job.inference().keep() != Keep.ALL) {
        Printout.delete(folder);
      }
    }
    run.budget().settle();
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
            .apply("Window counts of files", atEnd());
    // Without this element, a run that wrote nothing would never be finished.
    PCollection<KV<String, Integer>> none =
        written
            .getPipeline()
            .apply("Count no files", Create.of(NO_FILES))
            .apply("Window the count of no files", atEnd());
    return PCollectionList.of(files)
        .and(none)
        .apply("All counts", Flatten.pCollections())
        // A sum would do, too, but Python's runner can't take one of Java's apart.
        .apply("Await all counts", GroupByKey.create())
        .apply(
            "Reconcile",
            ParDo.of(
                new ReconcileFn(
                    job, folder, waitPolicy, written.isBounded() == IsBounded.UNBOUNDED)))
        .setCoder(JsonCoder.of(Report.class));
  }

  /** Unlike the default trigger, this one is allowed on unbounded input, which may be drained. */
  private static Window<KV<String, Integer>> atEnd() {
    return Window.<KV<String, Integer>>into(new GlobalWindows())
        .triggering(AfterWatermark.pastEndOfWindow())
        .withAllowedLateness(Duration.ZERO)
        .discardingFiredPanes();
  }

  private static final class ReconcileFn extends DoFn<KV<String, Iterable<Integer>>, Report> {
    private static final long serialVersionUID = 1L;

    private final Job job;
    private final RunFolder folder;
    private final WaitPolicy waitPolicy;
    private final boolean goesOn;

    ReconcileFn(Job job, RunFolder folder, WaitPolicy waitPolicy, boolean goesOn) {
      this.job = job;
      this.folder = folder;
      this.waitPolicy = waitPolicy;
      this.goesOn = goesOn;
    }

    @ProcessElement
    public void process(OutputReceiver<Report> reports) throws IOException {
      if (!waitPolicy.leavesRest() || RunProgress.of(job, folder).isDone()) {
        Report report = reconcile(job, folder, goesOn);
        report.problems().forEach(problem -> LOG.error("{}", problem));
        reports.output(report);
      }
    }
  }
}
