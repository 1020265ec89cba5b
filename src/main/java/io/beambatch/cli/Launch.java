package io.beambatch.cli;

import io.beambatch.BatchPipeline;
import io.beambatch.Preflight;
import io.beambatch.batch.AwaitMode;
import io.beambatch.batch.BatchException;
import io.beambatch.batch.BatchMonitor;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.Job;
import io.beambatch.job.Source;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Ledgers;
import io.beambatch.run.Budget;
import io.beambatch.run.CloseAccounts;
import io.beambatch.run.Report;
import io.beambatch.run.Runs.Run;
import io.beambatch.run.Standing;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
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

  /** Takes a run on and returns the exit code. */
  int go(Run run, AwaitMode wanted) throws Exception {
    String name = run.record().name();
    if (run.record().finished() != null) {
      err.println("run " + name + " was finished before; nothing to do");
      return tell(Report.of(run.folder()), run);
    }
    AwaitMode mode = wanted;
    if (wanted != AwaitMode.CANCEL && ledger(run).isCancelled()) {
      err.println(
          "run "
              + name
              + " was cancelled; what was answered is collected, nothing is sent any more");
      mode = AwaitMode.CANCEL;
    }
    StopNotice notice = StopNotice.open(job, run, local, typed, err);
    try {
      if (mode.leavesRest() && !look(run, mode)) {
        return ExitCode.PENDING;
      }
      if (mode == AwaitMode.CANCEL) {
        cancelBatches(run);
      }
      if (!mode.leavesRest()) {
        execute(run, mode);
      }
      return tell(CloseAccounts.close(job, run.folder()), run);
    } finally {
      notice.close();
    }
  }

  /** Lets nothing more be sent, and waits until all batches have ended. */
  void cancelBatches(Run run) throws IOException, InterruptedException {
    ledger(run).cancel(Clock.systemUTC().instant());
    List<Chunk> unjoined = Standing.of(job, run.folder()).unjoined();
    Progress progress = Progress.show(err);
    try {
      new BatchMonitor(settings(run, AwaitMode.CANCEL), run.folder(), peer.providers())
          .look(unjoined);
    } finally {
      progress.close();
    }
  }

  private static BatchLedger ledger(Run run) {
    return new BatchLedger(Ledgers.open(run.folder()));
  }

  private int tell(Report report, Run run) {
    out.print(Summary.of(report, job, run));
    out.flush();
    return exceeds(report) ? ExitCode.TOO_MANY_FAILED : ExitCode.DONE;
  }

  /**
   * Looks how a run's batches stand, and starts a pipeline if there is work for one.
   *
   * @return whether nothing is left but to add up
   * @throws BatchException if something keeps a chunk from going on
   */
  private boolean look(Run run, AwaitMode mode) throws Exception {
    Standing standing = Standing.of(job, run.folder());
    Optional<BatchException> problem = Optional.empty();
    if (standing.isPending()) {
      problem =
          new BatchMonitor(settings(run, mode), run.folder(), peer.providers())
              .look(standing.inTheLedger());
      standing = Standing.of(job, run.folder());
    }
    if (standing.hasWork()) {
      execute(run, mode);
      standing = Standing.of(job, run.folder());
    }
    if (!standing.isDone()) {
      out.print(Summary.of(standing, run));
      out.flush();
      if (problem.isPresent()) {
        throw problem.get();
      }
    }
    return standing.isDone();
  }

  private CoordinatorSettings settings(Run run, AwaitMode mode) {
    return CoordinatorSettings.of(job.inference(), run.identity()).in(mode);
  }

  private void execute(Run run, AwaitMode mode) throws Exception {
    List<String> committed = new PlanStore(Ledgers.open(run.folder())).namesOfFirstAttempt();
    err.println(
        (committed.isEmpty() ? "run " : "resuming run ")
            + run.record().name()
            + " of job "
            + job.name()
            + " in "
            + run.folder().path());
    err.flush();
    Preflight preflight = new Preflight(job, options.beam());
    (mode == AwaitMode.CANCEL ? preflight.takingNoMore() : preflight)
        .check(run.folder(), !committed.isEmpty());
    Pipeline pipeline = Pipeline.create(options.beam());
    PlanCheck check = mode == AwaitMode.CANCEL ? PlanCheck.NONE : new Budget(job, run.folder());
    new BatchPipeline(job, run.folder(), check)
        .run(pipeline, committed, settings(run, mode), peer.providers());
    try (Progress progress = Progress.show(err)) {
      PipelineResult result = pipeline.run();
      PipelineResult.State state = progress.waitFor(result);
      if (state != PipelineResult.State.DONE) {
        throw new IllegalStateException(
            "the runner ended the pipeline as "
                + state
                + "; run the same command again to go on, and look into the runner's log");
      }
    }
  }

  private boolean exceeds(Report report) {
    if (!report.exceedsLimit(job)) {
      return false;
    }
    err.println(
        "error: "
            + report.failures()
            + " of "
            + report.documents()
            + " documents failed, more than retry.max_failed allows; they are in "
            + job.failures().place(report.run()));
    err.flush();
    return true;
  }
}
