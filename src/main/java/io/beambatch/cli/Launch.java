package io.beambatch.cli;

import io.beambatch.Preflight;
import io.beambatch.batch.Admission;
import io.beambatch.batch.BatchException;
import io.beambatch.batch.BatchWatch;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.batch.DeleteInputs;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.Source;
import io.beambatch.run.Canary;
import io.beambatch.run.CanaryVerdict;
import io.beambatch.run.Printout;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.beam.runners.direct.DirectRunner;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Advances a run as far as a command wants. All commands work over the same ledger, and advance the
 * run in {@link Rounds}, so that any of them continues where another, or a crash, has stopped. Only
 * if the pipeline outlives this process, or its source never ends, the pipeline itself awaits the
 * batches.
 */
final class Launch {
  private final JobOptions options;
  private final Peer peer;
  private final SamplesOption samples;
  private final boolean local;
  private final List<String> typed;
  private final OutputStream documents;
  private final PrintWriter err;
  private final EndOfRun ended;

  Launch(JobOptions options, Peer peer, SamplesOption samples, CommandSpec spec) {
    this.options = options;
    this.peer = peer;
    this.samples = samples;
    this.local = peer.isLocal();
    this.typed = spec.root().commandLine().getParseResult().originalArgs();
    this.documents = Main.of(spec).documents();
    this.err = spec.commandLine().getErr();
    this.ended = new EndOfRun(spec.commandLine().getOut(), err);
  }

  /**
   * Requires that a source ends.
   *
   * @throws IllegalArgumentException if it doesn't
   */
  static void requireEnd(Job job, String command) {
    Optional<Source.Endlessness> endless = job.source().endlessness();
    if (endless.isPresent()) {
      throw new IllegalArgumentException(
          command + ": " + endless.get().what() + " never ends; " + endless.get().instead());
    }
  }

  /** Stays with a run until it is done, and returns the exit code. */
  int run(Run run) throws Exception {
    return unlessCancelled(
        run,
        () ->
            isWaitingHere(run)
                ? untilDone(run, run.budget())
                : inPipeline(
                    run,
                    preflight(run),
                    run.budget(),
                    run.job().source().isEndless() ? new CancelWatch(run) : () -> {},
                    (graph, pipeline, settings) ->
                        graph.run(pipeline, settings, peer.providers())));
  }

  /**
   * Submits what may be submitted now, and returns the exit code: pending if some chunks must wait
   * for room.
   */
  int submit(Run run) throws Exception {
    return unlessCancelled(
        run,
        () -> {
          RunProgress progress = once(run);
          if (progress.isDone()) {
            return close(run);
          }
          return progress.isAllSubmitted() ? ExitCode.DONE : ExitCode.PENDING;
        });
  }

  /**
   * Joins and writes what has ended, submits what follows from it, and returns the exit code:
   * pending while batches are in flight.
   */
  int collect(Run run) throws Exception {
    return unlessCancelled(run, () -> once(run).isDone() ? close(run) : ExitCode.PENDING);
  }

  /**
   * Buys the canary of a run and nothing else, and returns its verdict.
   *
   * @throws UserException if the canary can't be judged
   */
  CanaryVerdict canary(Run run) throws Exception {
    if (!isWaitingHere(run)) {
      throw new IllegalArgumentException(
          "--canary waits for the sample on this machine; give no --runner");
    }
    announce(run);
    Canary canary = run.canary();
    peer.take(run);
    try (Progress progress = Progress.ofLongWait(err, run.job(), local)) {
      GraphLauncher launcher =
          launcher(run, canary.alone().and(run.budget()), preflight(run), progress);
      launcher.check();
      try (Rounds rounds =
          rounds(run, launcher, announced(run, run.budget(), progress), launcher.settings())) {
        rounds.untilHeld();
        Optional<BatchException> failure = rounds.failure();
        if (failure.isPresent()) {
          throw failure.get();
        }
      }
    }
    return canary
        .judge()
        .orElseThrow(
            () ->
                new UserException(
                    "run "
                        + run.name()
                        + " sends nothing, so there is no canary to judge; run finishes it",
                    ExitCode.ERROR));
  }

  /** Cancels a run, collects the answers that exist, and returns the exit code. */
  int cancel(Run run) throws Exception {
    return unlessFinished(run, () -> collectCancelled(run));
  }

  /** Prevents all further sending, and waits until all batches have ended. */
  void cancelBatches(Run run) throws IOException, InterruptedException {
    run.batches().cancel(Clock.systemUTC().instant());
    try (Progress progress = Progress.show(err);
        BatchWatch watch =
            BatchWatch.open(
                run.settings().reportingTo(progress.sink()), run.folder(), peer.providers())) {
      watch.track(RunProgress.of(run).all());
      while (!watch.isIdle()) {
        watch.awaitEnd(Instant.MAX);
      }
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
      return ended.printAgain(run);
    }
    peer.take(run);
    StopNotice notice = StopNotice.open(run, local, typed, err);
    try {
      return command.call();
    } finally {
      notice.close();
    }
  }

  private int collectCancelled(Run run) throws Exception {
    cancelBatches(run);
    return run.job().source().isEndless()
        ? inPipeline(
            run,
            preflight(run).takingNoMore(),
            PlanCheck.NONE,
            () -> {},
            (graph, pipeline, settings) ->
                graph.withoutReading().run(pipeline, settings, peer.providers()))
        : untilDone(run, PlanCheck.NONE);
  }

  /**
   * Returns whether this process lives as long as the run. A pipeline on another runner may outlive
   * it, and an endless source keeps its pipeline running in any case.
   */
  private boolean isWaitingHere(Run run) {
    return options.beam().getRunner() == DirectRunner.class && !run.job().source().isEndless();
  }

  /** Advances a run to its end, and returns the exit code. */
  private int untilDone(Run run, PlanCheck check) throws Exception {
    announce(run);
    RunProgress after;
    try (Progress progress = Progress.ofLongWait(err, run.job(), local)) {
      GraphLauncher launcher = launcher(run, run.admission(), preflight(run), progress);
      launcher.check();
      try (Rounds rounds =
          rounds(run, launcher, announced(run, check, progress), launcher.settings())) {
        after = rounds.untilDone();
      }
    }
    if (!after.isDone()) {
      ended.printUnfinished(after, run);
    }
    return close(run);
  }

  /**
   * Polls a run's batches once, and does what can be done.
   *
   * @return the progress of the run afterwards
   * @throws BatchException if a chunk was set aside
   */
  private RunProgress once(Run run) throws Exception {
    announce(run);
    RunProgress after;
    Optional<BatchException> failure;
    try (Progress progress = Progress.show(err)) {
      GraphLauncher launcher = launcher(run, run.admission(), preflight(run), progress);
      try (Rounds rounds =
          rounds(
              run,
              launcher,
              announced(run, run.budget(), progress),
              launcher.settings().pollingOnce())) {
        after = rounds.once();
        failure = rounds.failure();
      }
    }
    if (!after.isDone()) {
      ended.printUnfinished(after, run);
      if (failure.isPresent()) {
        throw failure.get();
      }
    }
    return after;
  }

  private Rounds rounds(
      Run run, GraphLauncher launcher, PlanCheck check, CoordinatorSettings settings) {
    return new Rounds(
        run,
        settings,
        peer.providers(),
        (work, meanwhile) ->
            launcher.launch(
                (graph, pipeline, ofGraph) ->
                    graph.advance(pipeline, work, ofGraph, peer.providers()),
                check,
                meanwhile));
  }

  /**
   * Lets the pipeline await the batches, and returns the exit code.
   *
   * @param meanwhile notices what the pipeline doesn't; whether the run is cancelled may change at
   *     any moment, so the caller says what it launches, and nothing here asks again
   */
  private int inPipeline(
      Run run,
      Preflight preflight,
      PlanCheck check,
      Progress.Meanwhile meanwhile,
      GraphLauncher.Graph graph)
      throws Exception {
    samples.requireEndHere();
    announce(run);
    try (Progress progress = Progress.ofLongWait(err, run.job(), local)) {
      launcher(run, run.admission(), preflight, progress)
          .launch(graph, announced(run, check, progress), meanwhile);
    } catch (CancelWatch.CancelledException e) {
      err.println("run " + run.name() + " was cancelled in the meantime");
      return collectCancelled(run);
    }
    return ended.print(Reconcile.reconcile(run), run);
  }

  private static PlanCheck announced(Run run, PlanCheck check, Progress progress) {
    return check == PlanCheck.NONE ? check : progress.announcing(run, check);
  }

  private Preflight preflight(Run run) {
    return new Preflight(run.job(), options.beam());
  }

  private GraphLauncher launcher(
      Run run, Admission admission, Preflight preflight, Progress progress) {
    return new GraphLauncher(run, admission, preflight, options.beam(), progress);
  }

  private void announce(Run run) throws IOException {
    err.println(
        (run.isPlanned() ? "resuming run " : "run ")
            + run.name()
            + " of job "
            + run.job().name()
            + " in "
            + run.folder().path());
    err.flush();
  }

  private int close(Run run) throws Exception {
    if (run.job().isPrinted() && RunProgress.of(run).isDone()) {
      Printout.print(run, documents);
    }
    Report report = samples.around(run, Reconcile::reconcile);
    DeleteInputs.delete(run.settings(), run.folder(), peer.providers());
    return ended.print(report, run);
  }
}
