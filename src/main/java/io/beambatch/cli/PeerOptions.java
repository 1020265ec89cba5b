package io.beambatch.cli;

import io.beambatch.batch.Recipients;
import io.beambatch.job.Job;
import io.beambatch.job.JobFileException;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.SafeText;
import io.beambatch.run.Runs;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options for the server that a command talks to. */
final class PeerOptions {
  @Option(
      names = "--local",
      description = "Uses an embedded local server, with made-up answers; no key is needed.")
  private boolean local;

  @Option(
      names = Recipients.MOVED,
      description =
          "Resumes the run although its provider now has another address or another key. The"
              + " provider must still have the run's batches.")
  private boolean moved;

  @Mixin private FaultOptions faults;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Refuses these options where another one is not given. */
  void requireNone(String unless) {
    if (local || moved || faults.any()) {
      throw new ParameterException(
          command.commandLine(),
          "--local, --fault, --faults and " + Recipients.MOVED + " need " + unless);
    }
  }

  /** The job, answered by the server that it will have. */
  Job readJob(JobOptions options) throws JobFileException {
    Job job = options.readJob();
    return local ? job.answeredLocally() : job;
  }

  /** The runs of a job; those of a provider that has moved are among them. */
  Runs runs(Job job, String staging) {
    return new Runs(staging, job, Clock.systemUTC()).ofMovedProvider(moved);
  }

  /** Connects; the caller closes it. */
  Peer open(Job job, String staging)
      throws IOException, InterruptedException, ProviderSettingsException {
    if (faults.any() && !local) {
      throw new ParameterException(
          command.commandLine(),
          "--fault and --faults need --local: no real provider fails on request");
    }
    if (local) {
      return Peer.local(job, staging, faults);
    }
    String baseUrl = job.inference().request().baseUrl();
    Peer peer = Peer.remote(job, moved);
    if (baseUrl != null) {
      // A job file may come from another person, so the place where it sends the key and the
      // documents is shown first.
      PrintWriter err = command.commandLine().getErr();
      err.println(
          "the key and the documents go to "
              + SafeText.line(baseUrl)
              + ", which the job file names (request.base_url)");
      err.flush();
    }
    return peer;
  }
}
