package io.beambatch.cli;

import io.beambatch.cost.Money;
import io.beambatch.error.ExitCode;
import io.beambatch.run.StagedRuns;
import io.beambatch.run.StagedRuns.StagedRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code runs}: lists the runs of a staging location. */
@Command(
    name = "runs",
    description =
        "Lists the runs of all jobs in a staging location, with their progress, cost and size.",
    subcommands = RunsCommand.PruneCommand.class)
final class RunsCommand implements Callable<Integer> {
  @Mixin private StagingOptions options;
  @Mixin private JsonOption json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    List<StagedRun> runs = options.runs().list();
    PrintWriter out = spec.commandLine().getOut();
    if (json.isGiven()) {
      out.print(JsonOption.text(runs) + "\n");
    } else if (runs.isEmpty()) {
      out.println("no runs in " + options.staging());
    } else {
      print(runs, out);
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static void print(List<StagedRun> runs, PrintWriter out) {
    TextTable table =
        new TextTable(
            List.of("job", "run", "begun"),
            List.of("state", "documents", "answered", "failed", "cost", "size"),
            1);
    runs.forEach(run -> table.add(names(run), values(run)));
    out.print(table);
  }

  private static List<String> names(StagedRun run) {
    return List.of(
        run.job(), run.run(), run.begun().substring(0, "2026-01-31T12:00".length()) + "Z");
  }

  private static List<String> values(StagedRun run) {
    return List.of(
        run.underWay() == 0 ? run.progress().toString() : run.underWay() + " in flight",
        number(run.documents()),
        number(run.answered()),
        number(run.failed()),
        run.costUsd() == null ? "-" : Money.show(run.costUsd()),
        size(run.bytes()));
  }

  private static String number(@Nullable Long number) {
    return number == null ? "-" : Summary.number(number);
  }

  static String size(long bytes) {
    double size = bytes;
    for (String unit : List.of("B", "kB", "MB", "GB")) {
      if (size < 1000) {
        return String.format(Locale.ROOT, unit.equals("B") ? "%.0f %s" : "%.1f %s", size, unit);
      }
      size /= 1000;
    }
    return String.format(Locale.ROOT, "%.1f TB", size);
  }

  /** {@code runs prune}: removes the files of finished runs from the staging location. */
  @Command(
      name = "prune",
      description = {
        "Removes the files of finished runs from the staging location; a run's age counts from its"
            + " end.",
        "Sinks and unfinished runs are not touched. The record of a pruned run stays: a"
            + " command with its name finds it finished and sends nothing."
      })
  static final class PruneCommand implements Callable<Integer> {
    @Mixin private StagingOptions options;
    @Mixin private OlderThanOption age;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      List<StagedRun> pruned = options.runs().prune(age.limit());
      PrintWriter out = spec.commandLine().getOut();
      long bytes = 0;
      for (StagedRun run : pruned) {
        out.println("pruned " + run.job() + " " + run.run() + " (" + size(run.bytes()) + ")");
        bytes += run.bytes();
      }
      out.println(Summary.count(pruned.size(), "run") + " pruned, " + size(bytes));
      out.flush();
      return ExitCode.DONE;
    }
  }

  /** Options for the staging location. */
  static final class StagingOptions {
    @Mixin private StagingOption staging;
    @Mixin private FolderOptions options;

    String staging() {
      return staging.path();
    }

    StagedRuns runs() {
      options.access();
      return new StagedRuns(staging());
    }
  }
}
