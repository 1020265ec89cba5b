package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.run.Reconcile;
import io.beambatch.run.Run;
import io.beambatch.run.Runs;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code cancel}: ends a run early, and keeps the answers that exist. */
@Command(
    name = "cancel",
    description = {
      "Cancels the run's batches, waits until they have ended, joins and writes the answers,"
          + " and finishes the run. Nothing more of it is sent.",
      "Documents that were not answered are written as failed."
    })
final class CancelCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private JobOptions.KnownRunOptions runOptions;
  @Mixin private PeerOptions peerOptions;
  @Mixin private SamplesOption samples;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Job job = peerOptions.readJob(options);
    Runs runs = peerOptions.runs(job, options.staging());
    Run run = runs.known(runOptions.name());
    if (run.isFinished() && !runs.differences(run).isEmpty()) {
      spec.commandLine().getErr().println("run " + run.name() + " was finished before");
      return ExitCode.DONE;
    }
    if (!run.isFinished() && !runs.isPlanned(run)) {
      cancelUnplanned(runs, run, spec.commandLine().getErr());
      return ExitCode.DONE;
    }
    try (Peer peer = peerOptions.open(job, options.staging())) {
      peer.take(run);
      Launch launch = new Launch(options, peer, samples, spec);
      if (!run.isFinished() && !runs.differences(run).isEmpty()) {
        // Any job file suffices to stop spending; only collecting the answers needs the right one.
        launch.cancelBatches(run);
        spec.commandLine().getErr().println("all batches of run " + run.record().name() + " ended");
      }
      runs.requireSameJob(run);
      return launch.cancel(run);
    }
  }

  /**
   * Cancels a run without a plan. It ends without a document; if a launch is working on it, that
   * launch ends it.
   */
  private static void cancelUnplanned(Runs runs, Run run, PrintWriter err) throws IOException {
    run.batches().cancel(Clock.systemUTC().instant());
    if (runs.isAtWork(run)) {
      err.println(
          "run "
              + run.name()
              + " is cancelled: the launch that is working on it sends nothing more, and ends"
              + " it");
      return;
    }
    Reconcile.reconcile(run);
    err.println(
        "run "
            + run.name()
            + " is cancelled: nothing of it had been read or sent, and nothing was paid");
  }
}
