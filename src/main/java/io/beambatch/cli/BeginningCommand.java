package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.run.Run;
import io.beambatch.run.RunLaunch;
import io.beambatch.run.Runs;
import io.beambatch.sink.WriteResults;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that begins a run, or resumes an unfinished one. How far it advances the run is up to
 * the command.
 */
abstract class BeginningCommand implements Callable<Integer> {
  @Mixin JobOptions options;
  @Mixin JobOptions.RunOptions runOptions;
  @Mixin private PeerOptions peerOptions;
  @Mixin private SamplesOption samples;
  @Mixin private TakeOptions takeOptions;

  @Spec CommandSpec spec;

  /**
   * Checks that the command suits a job, before anything is connected or written.
   *
   * @throws IllegalArgumentException if it doesn't
   */
  abstract void check(Job job);

  /** Advances a run, and returns the exit code. */
  abstract int advance(Launch launch, Run run) throws Exception;

  @Override
  public Integer call() throws Exception {
    return begin(readJob());
  }

  /** Refuses options of a run where the command begins none unless it is given another option. */
  final void requireNoneOfARun(String unless) {
    runOptions.requireNone(unless);
    peerOptions.requireNone(unless);
    samples.requireNone(unless);
  }

  /** The job, over the documents that were asked for. */
  final Job readJob() throws JobFileException {
    return takeOptions.over(peerOptions.readJob(options));
  }

  /** Begins or resumes a run of a job, advances it, and returns the exit code. */
  final int begin(Job job) throws Exception {
    check(job);
    PrintWriter err = spec.commandLine().getErr();
    try (Peer peer = peerOptions.open(job, options.staging());
        StandardInput input = StandardInput.of(job, options, spec)) {
      WriteResults.check(job);
      Runs runs = peerOptions.runs(input.job(), options.staging());
      Run run = runOptions.open(runs, err);
      TakeOptions.check(run, err);
      try (RunLaunch launch = runs.enter(run)) {
        input.stage(launch.run());
        return advance(new Launch(options, peer, samples, spec), launch.run());
      }
    }
  }
}
