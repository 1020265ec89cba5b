package io.beambatch.cli;

import io.beambatch.BatchPipeline;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.chunk.PlanStore;
import io.beambatch.job.Job;
import io.beambatch.job.Retry.MaxFailed;
import io.beambatch.ledger.Ledgers;
import io.beambatch.run.Budget;
import io.beambatch.run.Report;
import io.beambatch.run.Runs;
import io.beambatch.run.Runs.Choice;
import io.beambatch.run.Runs.Run;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code run}: the whole way, from documents to answers. */
@Command(
    name = "run",
    description =
        "Reads, submits, awaits, joins and writes; resumes an unfinished run of the same job.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class RunCommand implements Callable<Integer> {
  @Mixin private JobOptions options;
  @Mixin private JobOptions.RunOptions runOptions;

  @Option(names = "--local", description = "An embedded local server answers; no key is needed.")
  private boolean local;

  @Mixin private FaultOptions faults;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (faults.any() && !local) {
      throw new ParameterException(
          spec.commandLine(), "--fault and --faults need --local: no real provider fails at will");
    }
    Job job = options.readJob();
    Runs runs = new Runs(options.staging(), job, Clock.systemUTC());
    try (Peer peer = local ? Peer.local(options.staging(), faults) : Peer.remote(job)) {
      Run run = runs.open(runOptions.name(), runOptions.isNew() ? Choice.NEW : Choice.RESUME);
      if (run.record().finished() == null) {
        execute(job, run, peer, err);
      } else {
        err.println("run " + run.record().name() + " was finished before; nothing to do");
      }
      Report report = Report.of(run.folder());
      out.print(Summary.of(report, job, run));
      out.flush();
      return exceeds(job, report, err) ? ExitCode.TOO_MANY_FAILED : ExitCode.DONE;
    }
  }

  private void execute(Job job, Run run, Peer peer, PrintWriter err) throws Exception {
    List<String> committed = new PlanStore(Ledgers.open(run.folder())).namesOfFirstAttempt();
    err.println(
        (committed.isEmpty() ? "run " : "resuming run ")
            + run.record().name()
            + " of job "
            + job.name()
            + " in "
            + run.folder().path());
    err.flush();
    Pipeline pipeline = Pipeline.create(options.beam());
    new BatchPipeline(job, run.folder(), new Budget(job))
        .run(pipeline, committed, CoordinatorSettings.of(job, run.identity()), peer.providers());
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

  private static boolean exceeds(Job job, Report report, PrintWriter err) {
    MaxFailed most = job.retry().maxFailed();
    if (most == null || !most.exceededBy(report.failures(), report.documents())) {
      return false;
    }
    err.println(
        "error: "
            + report.failures()
            + " of "
            + report.documents()
            + " documents failed, more than retry.max_failed allows; they are in "
            + job.failures().path()
            + "-"
            + report.run()
            + "-*");
    err.flush();
    return true;
  }
}
