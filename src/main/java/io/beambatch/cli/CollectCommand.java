package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.run.Run;
import io.beambatch.run.RunLaunch;
import io.beambatch.run.Runs;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code collect}: polls the batches of a run once, and writes what has ended. */
@Command(
    name = "collect",
    description = {
      "Polls once: joins and writes the answers of batches that have ended, and sends again what"
          + " must be sent again. The exit code is 75 while batches are pending.",
      "Repeat it until it ends with another code."
    })
final class CollectCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private JobOptions.KnownRunOptions runOptions;
  @Mixin private PeerOptions peerOptions;
  @Mixin private SamplesOption samples;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Job job = peerOptions.readJob(options);
    Launch.requireEnd(job, "collect");
    Runs runs = peerOptions.runs(job, options.staging());
    Run run = runs.known(runOptions.name());
    runs.requireSameJob(run);
    runs.requirePlan(run);
    try (Peer peer = peerOptions.open(job, options.staging());
        RunLaunch launch = runs.enter(run)) {
      return new Launch(options, peer, samples, spec).collect(launch.run());
    }
  }
}
