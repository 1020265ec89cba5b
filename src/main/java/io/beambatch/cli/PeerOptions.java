package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.provider.ProviderSettingsException;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Who answers. */
final class PeerOptions {
  @Option(names = "--local", description = "An embedded local server answers; no key is needed.")
  private boolean local;

  @Mixin private FaultOptions faults;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Connects; the caller closes it. */
  Peer open(Job job, String staging)
      throws IOException, InterruptedException, ProviderSettingsException {
    if (faults.any() && !local) {
      throw new ParameterException(
          command.commandLine(),
          "--fault and --faults need --local: no real provider fails at will");
    }
    return local ? Peer.local(staging, faults) : Peer.remote(job);
  }
}
