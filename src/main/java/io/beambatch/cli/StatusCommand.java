package io.beambatch.cli;

import io.beambatch.batch.BatchMonitor;
import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Sleeper;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunStatus;
import io.beambatch.run.Runs;
import io.beambatch.run.StagedRuns;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code status}: shows the state of a run's batches. */
@Command(
    name = "status",
    description = {
      "Shows the run's batches, from the ledger and the provider, and changes nothing.",
      "Ends with exit code 75 while batches are in flight, otherwise with 0."
    })
final class StatusCommand implements Callable<Integer> {
  private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
  private static final String CLEAR_BELOW = "\u001b[J";

  /** Every terminal shows this many; the beginning of a longer table is out of reach. */
  private static final int MOST_LINES_UP = 20;

  @Mixin private JobOptions options;
  @Mixin private JobOptions.KnownRunOptions runOptions;
  @Mixin private PeerOptions peerOptions;
  @Mixin private JsonOption json;

  @Option(
      names = "--watch",
      description =
          "Polls every poll.interval until all batches have ended. A terminal shows a table that"
              + " stays in place, and a pipe gets a line for each change; with --json, each poll"
              + " prints one line.")
  private boolean watch;

  @Spec private CommandSpec spec;

  private @Nullable Peer peer;
  private List<Run> others = List.of();
  private @Nullable WatchedStatus watched;
  private int shown;

  @Override
  public Integer call() throws Exception {
    Job job = options.readJob();
    Runs runs = new Runs(options.staging(), job, Clock.systemUTC());
    Run run = runs.known(runOptions.name());
    if (!runs.differences(run).isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(
          "note: the run was begun with another job; what differs: "
              + String.join(", ", runs.differences(run)));
      err.flush();
    }
    if (watch && !json.isGiven()) {
      RequestSpec request = job.inference().request();
      watched =
          new WatchedStatus(
              job,
              new StagedRuns(options.staging())
                  .usualDuration(request.provider(), request.model())
                  .orElse(null));
    }
    others = runOptions.name() == null ? runs.unfinishedBesides(run) : List.of();
    try {
      RunStatus status = look(job, runs, run);
      show(status, job);
      while (watch && status.pending() > 0) {
        Sleeper.SYSTEM.sleep(job.inference().poll().interval());
        status = look(job, runs, run);
        show(status, job);
      }
      return status.pending() > 0 ? ExitCode.PENDING : ExitCode.DONE;
    } finally {
      if (peer != null) {
        peer.close();
      }
    }
  }

  private RunStatus look(Job job, Runs runs, Run run) throws Exception {
    RunProgress progress = RunProgress.of(run);
    Set<String> unknown = RunStatus.unknown(progress);
    Map<String, Batch> seen = unknown.isEmpty() ? Map.of() : monitor(job, run).batches(unknown);
    return RunStatus.of(refreshed(runs, run), progress, seen, Clock.systemUTC().instant());
  }

  /** Another launch may finish the run meanwhile. */
  private static Run refreshed(Runs runs, Run run) throws Exception {
    return runs.known(run.name());
  }

  /** If nothing must be asked of the provider, no key is needed. */
  private BatchMonitor monitor(Job job, Run run) throws Exception {
    if (peer == null) {
      peer = peerOptions.open(job, options.staging());
      peer.check(run);
    }
    return new BatchMonitor(run.settings(), peer.providers());
  }

  private void show(RunStatus status, Job job) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (json.isGiven()) {
      out.print(
          (watch ? JsonOption.MAPPER.writeValueAsString(status) : JsonOption.text(status)) + "\n");
    } else if (watch) {
      show(Objects.requireNonNull(watched), status, out);
    } else {
      StatusTable.print(status, job, others, out);
    }
    out.flush();
  }

  private void show(WatchedStatus watchedRun, RunStatus status, PrintWriter out) {
    Instant now = Clock.systemUTC().instant();
    if (!CommandLine.Help.Ansi.AUTO.enabled()) {
      watchedRun.changes(status, now).forEach(out::println);
      return;
    }
    String table = watchedRun.table(status, now);
    out.print(over(shown) + table);
    shown = (int) table.lines().count();
  }

  /** Moves to the beginning of the last table, and clears it. */
  private static String over(int lines) {
    return lines == 0
        ? ""
        : lines > MOST_LINES_UP ? CLEAR_SCREEN : "\u001b[" + lines + "A" + CLEAR_BELOW;
  }
}
