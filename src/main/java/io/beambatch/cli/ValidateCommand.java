package io.beambatch.cli;

import io.beambatch.batch.BatchException;
import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.run.Estimate;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code validate}: checks everything about a job that costs nothing, and shows what it would send.
 */
@Command(
    name = "validate",
    description =
        "Checks everything that can be checked without paying: the job file, the source and every"
            + " document of it, the destinations, the budget, the provider's address and key."
            + " Shows the first requests as they would be sent, and sends none.")
final class ValidateCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private PeerOptions peerOptions;

  @Option(
      names = "--show",
      paramLabel = "N",
      defaultValue = "3",
      description = "The number of requests to show. Default: ${DEFAULT-VALUE}.")
  private int show;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (show < 0) {
      throw new ParameterException(spec.commandLine(), "--show: " + show + " is less than 0");
    }
    Job job = options.readJob();
    PrintWriter out = spec.commandLine().getOut();
    try (Peer peer = peerOptions.open(job, options.staging());
        ScratchPlan plan = ScratchPlan.of(job, options, spec)) {
      Estimate estimate = plan.estimate();
      out.print(PlanCommand.facts(estimate));
      List<String> requests = plan.firstRequests(show);
      for (int i = 0; i < requests.size(); i++) {
        out.printf("%nrequest %d of %s%n", i + 1, Summary.number(estimate.requests()));
        out.print(requests.get(i) + "\n");
      }
      out.flush();
      ScratchPlan.refuse(job, estimate);
      checkConnection(peer);
      out.printf("%n%s: a run can begin%n", job.name());
      out.flush();
    }
    return ExitCode.DONE;
  }

  /** Lists batches, which is free, to test the address and the key. */
  private static void checkConnection(Peer peer) {
    try (BatchProvider provider = peer.providers().open()) {
      provider.list(null, 1);
    } catch (ProviderException e) {
      throw BatchException.of(e);
    }
  }
}
