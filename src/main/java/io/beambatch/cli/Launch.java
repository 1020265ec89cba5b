package io.beambatch.cli;

import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.batch.BatchException;
import io.beambatch.batch.BatchMonitor;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.job.Source;
import io.beambatch.run.Budget;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.Runs;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Takes a run on as far as a command wants. All commands launch the same pipeline over the same
 * ledger, so that any of them goes on where any other, or a crash, has left off.
 */
final class Launch {
  private final JobOptions options;
  private final Job job;
  private final Peer peer;
  private final boolean local;
  private final List<String> typed;
  private final PrintWriter out;
  private final PrintWriter err;

  Launch(JobOptions options, Job job, Peer peer, CommandSpec spec) {
    this.options = options;
    this.job = job;
    this.peer = peer;
    this.local = peer.isLocal();
    this.typed = spec.root().commandLine().getParseResult().originalArgs();
    this.out = spec.commandLine().getOut();
    this.err = spec.commandLine().getErr();
  }

  /**
   * Makes sure that a source ends.
   *
   * @throws IllegalArgumentException if it doesn't
   */
  static void requireEnd(Job job, String command) {
    Optional<Source.Endlessness> endless = job.source().endlessness();
    if (endless.isPresent()) {
      throw new IllegalArgumentException(
          command
              + ": "
              + endless.get().what()
              + " never comes to an end; "
              + endless.get().instead());
    }
  }

  /** Stays with a run until it is done, and returns the exit code. */
  int run(Run run) throws Exception {
    return unlessCancelled(
        run,
        () -> {
          try {
            execute(
                run,
                (graph, pipeline, settings) -> graph.run(pipeline, settings, peer.providers()));
          } catch (CancelWatch.CancelledException e) {
            err.println("run " + run.name() + " was cancelled meanwhile");
            return collectCancelled(run);
          }
          return close(run);
        });
  }

  /**
   * Submits what may be submitted now, and returns the exit code: pending if some chunks have to
   * wait for room.
   */
  int submit(Run run) throws Exception {
    return unlessCancelled(
        run,
        () -> {
          RunProgress progress =
              look(
                  run,
                  (graph, pipeline, settings) ->
                      graph.submit(pipeline, settings.forOneLook(), peer.providers()));
          if (progress.isDone()) {
            return close(run);
          }
          return progress.isAllSubmitted() ? ExitCode.DONE : ExitCode.PENDING;
        });
  }

  /**
   * Joins and writes what has ended, submits what has to follow, and returns the exit code: pending
   * while batches are under way.
   */
  int collect(Run run) throws Exception {
    return unlessCancelled(
        run,
        () -> {
          RunProgress progress =
              look(
                  run,
                  (graph, pipeline, settings) ->
                      graph.run(pipeline, settings.forOneLook(), peer.providers()));
          return progress.isDone() ? close(run) : ExitCode.PENDING;
        });
  }

  /** Cancels a run, collects what was answered, and returns the exit code. */
  int cancel(Run run) throws Exception {
    return unlessFinished(run, () -> collectCancelled(run));
  }

  /**
   * Cancels a run of which nothing was planned yet: it ends without a document, by the launch that
   * is at work on it if there is one.
   */
  static void cancelUnplanned(Runs runs, Run run, PrintWriter err) throws IOException {
    run.batches().cancel(Clock.systemUTC().instant());
    if (runs.isAtWork(run)) {
      err.println(
          "run "
              + run.name()
              + " is cancelled: the launch that is at work on it sends nothing any more, and ends"
              + " it");
      return;
    }
    Reconcile.reconcile(run.job(), run.folder());
    err.println(
        "run "
            + run.name()
            + " is cancelled: nothing of it had been read or sent, and nothing was paid");
  }

  /** Lets nothing more be sent, and waits until all batches have ended. */
  void cancelBatches(Run run) throws IOException, InterruptedException {
    run.batches().cancel(Clock.systemUTC().instant());
    List<Chunk> unjoined = RunProgress.of(run).unjoined();
    try (Progress progress = Progress.show(err)) {
      new BatchMonitor(settings(run).reportingTo(progress.sink()), run.folder(), peer.providers())
          .look(unjoined);
    }
  }

  private int unlessCancelled(Run run, Callable<Integer> command) throws Exception {
    return unlessFinished(
        run,
        () -> {
          if (!run.batches().isCancelled()) {
            return command.call();
          }
          err.println(
              "run "
                  + run.name()
                  + " was cancelled; what was answered is collected, nothing is sent any more");
          return collectCancelled(run);
        });
  }

  private int unlessFinished(Run run, Callable<Integer> command) throws Exception {
    if (run.isFinished()) {
      err.println("run " + run.name() + " was finished before; nothing to do");
      return tellFinished(run);
    }
    peer.take(run);
    StopNotice notice = StopNotice.open(job, run, local, typed, err);
    try {
      return command.call();
    } finally {
      notice.close();
    }
  }

  private int collectCancelled(Run run) throws Exception {
    cancelBatches(run);
    execute(
        run,
        new Preflight(job, options.beam()).takingNoMore(),
        PlanCheck.NONE,
        (graph, pipeline, settings) ->
            graph.withoutReading().run(pipeline, settings, peer.providers()));
    return close(run);
  }

  private int close(Run run) throws Exception {
    return tell(Reconcile.reconcile(job, run.folder()), run);
  }

  private int tellFinished(Run run) throws IOException {
    if (!Storage.exists(run.folder().report())) {
      err.println("its files, and its report with them, were pruned");
      err.flush();
      return ExitCode.DONE;
    }
    return tell(Report.of(run.folder()), run);
  }

  private int tell(Report report, Run run) throws IOException {
    out.print(Summary.of(report, job, run));
    out.flush();
    return exceeds(report, run) ? ExitCode.TOO_MANY_FAILED : ExitCode.DONE;
  }

  /**
   * Looks how a run's batches stand, and starts a pipeline if there is work for one.
   *
   * @return how the run stands then
   * @throws BatchException if something keeps a chunk from going on
   */
  private RunProgress look(Run run, Graph graph) throws Exception {
    RunProgress progress = RunProgress.of(run);
    Optional<BatchException> problem = Optional.empty();
    if (progress.isPending()) {
      problem =
          new BatchMonitor(settings(run).forOneLook(), run.folder(), peer.providers())
              .look(progress.inTheLedger());
      progress = RunProgress.of(run);
    }
    if (progress.hasWork()) {
      execute(run, graph);
      progress = RunProgress.of(run);
    }
    if (!progress.isDone()) {
      out.print(Summary.of(progress, run));
      out.flush();
      if (problem.isPresent()) {
        throw problem.get();
      }
    }
    return progress;
  }

  private CoordinatorSettings settings(Run run) {
    return CoordinatorSettings.of(job.inference(), run.identity());
  }

  private void execute(Run run, Graph graph) throws Exception {
    execute(run, new Preflight(job, options.beam()), new Budget(job, run.folder()), graph);
  }

  private void execute(Run run, Preflight preflight, PlanCheck check, Graph graph)
      throws Exception {
    boolean planned = run.isPlanned();
    err.println(
        (planned ? "resuming run " : "run ")
            + run.name()
            + " of job "
            + job.name()
            + " in "
            + run.folder().path());
    err.flush();
    preflight.check(run.folder(), planned);
    preflight.keepSchema(run.folder());
    Pipeline pipeline = Pipeline.create(options.beam());
    boolean endless = job.source().isEndless();
    try (Progress progress = Progress.ofLongWait(err, endless)) {
      graph.build(
          new BatchPipeline(
                  job,
                  run.folder(),
                  check == PlanCheck.NONE ? check : progress.announcing(run, check))
              .resuming(planned),
          pipeline,
          settings(run).reportingTo(progress.sink()));
      PipelineResult result = pipeline.run();
      PipelineResult.State state;
      try {
        state =
            progress.waitFor(
                result, endless && check != PlanCheck.NONE ? new CancelWatch(run) : () -> {});
      } catch (CancelWatch.CancelledException e) {
        result.cancel();
        throw e;
      }
      if (state != PipelineResult.State.DONE) {
        throw new IllegalStateException(
            "the runner ended the pipeline as "
                + state
                + "; run the same command again to go on, and look into the runner's log");
      }
    }
  }

  private boolean exceeds(Report report, Run run) throws IOException {
    // Of a run that was cancelled nobody expects answers.
    boolean unwanted = job.inference().retry().maxFailed() == null && run.batches().isCancelled();
    Optional<String> excess = unwanted ? Optional.empty() : report.excess(job);
    if (excess.isEmpty()) {
      return false;
    }
    err.println("error: " + excess.get() + "; they are in " + job.failures().place(report.run()));
    err.flush();
    return true;
  }

  /** Builds what a command launches. */
  @FunctionalInterface
  private interface Graph {
    void build(BatchPipeline graph, Pipeline pipeline, CoordinatorSettings settings);
  }
}
