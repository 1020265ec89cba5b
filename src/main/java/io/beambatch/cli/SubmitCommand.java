package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.run.Run;
import io.beambatch.run.RunLaunch;
import io.beambatch.run.Runs;
import io.beambatch.sink.WriteResults;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code submit}: goes from documents to created batches, without waiting for them. */
@Command(
    name = "submit",
    description = {
      "Reads, packs, uploads and creates the batches, then ends: with exit code 0 when every batch is"
          + " created, and 75 if some have to wait for room.",
      "Resumes an unfinished run of the same job. Use collect for the answers."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SubmitCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private JobOptions.RunOptions runOptions;
  @Mixin private PeerOptions peerOptions;
  @Mixin private TakeOptions takeOptions;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Job job = takeOptions.over(peerOptions.readJob(options));
    Launch.requireEnd(job, "submit");
    Runs runs =
        new Runs(options.staging(), job, Clock.systemUTC()).ofMovedProvider(peerOptions.isMoved());
    try (Peer peer = peerOptions.open(job, options.staging())) {
      WriteResults.check(job);
      Run run = runOptions.open(runs, spec.commandLine().getErr());
      TakeOptions.check(run, spec.commandLine().getErr());
      try (RunLaunch launch = runs.enter(run)) {
        return new Launch(options, job, peer, spec).submit(launch.run());
      }
    }
  }
}
