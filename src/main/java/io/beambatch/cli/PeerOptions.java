package io.beambatch.cli;

import io.beambatch.batch.Recipients;
import io.beambatch.job.Job;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.SafeText;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who answers. */
final class PeerOptions {
  @Option(names = "--local", description = "An embedded local server answers; no key is needed.")
  private boolean local;

  @Option(
      names = Recipients.MOVED,
      description =
          "The run's provider has another address or another key by now, and has the run's batches"
              + " still: goes on with it there.")
  private boolean moved;

  @Mixin private FaultOptions faults;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Whether the provider is the same, though its address or key is another. */
  boolean isMoved() {
    return moved;
  }

  /** Connects; the caller closes it. */
  Peer open(Job job, String staging)
      throws IOException, InterruptedException, ProviderSettingsException {
    if (faults.any() && !local) {
      throw new ParameterException(
          command.commandLine(),
          "--fault and --faults need --local: no real provider fails at will");
    }
    if (local) {
      return Peer.local(job, staging, faults);
    }
    String baseUrl = job.inference().request().baseUrl();
    Peer peer = Peer.remote(job, moved);
    if (baseUrl != null) {
      // A job file may be somebody else's: where it sends the key and the documents is shown first.
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
