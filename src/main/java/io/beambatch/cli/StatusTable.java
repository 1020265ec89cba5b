package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.run.CanaryVerdict;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.RunProgress.Stage;
import io.beambatch.run.RunStatus;
import io.beambatch.run.RunStatus.BatchRow;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Formats a run's batches as a table. */
final class StatusTable {
  private static final List<String> NAMES = List.of("chunk", "batch");
  private static final List<String> TITLES =
      List.of("state", "answered", "failed", "total", "tokens", "age");
  private static final int FIRST_NUMBER = 1;

  private StatusTable() {}

  /**
   * Prints the table, and the next step.
   *
   * @param job as it is now: says where answers are, and whether documents keep arriving
   * @param others further unfinished runs of the job
   */
  static void print(RunStatus status, Job job, List<Run> others, PrintWriter out)
      throws IOException {
    out.println("run " + status.run() + " of job " + status.job());
    if (!status.batches().isEmpty()) {
      TextTable table = new TextTable(NAMES, TITLES, FIRST_NUMBER);
      status
          .batches()
          .forEach(
              row ->
                  table.add(
                      List.of(row.chunk(), row.batchId() == null ? "-" : row.batchId()),
                      values(row)));
      table.add(List.of("total", Summary.count(status.batches().size(), "batch")), totals(status));
      out.print(table);
    }
    out.println(next(status, job));
    if (status.collectBefore() != null) {
      out.println(
          "results are kept for a short time: run collect before " + status.collectBefore());
    }
    if (status.report() != null) {
      out.print(Summary.places(status.report(), job));
    }
    for (Run other : others) {
      out.println(also(other));
    }
  }

  private static List<String> values(BatchRow row) {
    return List.of(
        row.collected() ? row.state() + ", collected" : row.state(),
        number(row.answered()),
        number(row.failed()),
        Summary.number(row.total()),
        tokens(row),
        row.seconds() == null ? "-" : age(Duration.ofSeconds(row.seconds())));
  }

  private static List<String> totals(RunStatus status) {
    long collected = status.batches().stream().filter(BatchRow::collected).count();
    return List.of(
        collected + " collected",
        Summary.number(sum(status, BatchRow::answered)),
        Summary.number(sum(status, BatchRow::failed)),
        Summary.number(sum(status, BatchRow::total)),
        "",
        "");
  }

  private static long sum(RunStatus status, Function<BatchRow, @Nullable Long> number) {
    return status.batches().stream()
        .map(number)
        .filter(Objects::nonNull)
        .mapToLong(Long::longValue)
        .sum();
  }

  private static String number(@Nullable Long number) {
    return number == null ? "-" : Summary.number(number);
  }

  /** Counted tokens; before they are known, the estimate of the prompts. */
  private static String tokens(BatchRow row) {
    return row.promptTokens() == null || row.completionTokens() == null
        ? "~" + Summary.number(row.estimatedTokens())
        : Summary.number(row.promptTokens() + row.completionTokens());
  }

  static String age(Duration age) {
    if (age.toHours() > 0) {
      return String.format(Locale.ROOT, "%dh%02dm", age.toHours(), age.toMinutesPart());
    }
    return age.toMinutes() > 0
        ? String.format(Locale.ROOT, "%dm%02ds", age.toMinutes(), age.toSecondsPart())
        : age.toSeconds() + "s";
  }

  /** The state of the run, and the next step. */
  static String next(RunStatus status, Job job) {
    if (status.finished()) {
      return status.report() == null ? "finished" : finished(status, status.report());
    }
    if (!status.planned()) {
      return status.cancelled()
          ? "cancelled before anything was sent"
          : job.source().isEndless()
              ? "nothing has been found to send yet"
              : "nothing was sent yet: run or submit reads the source";
    }
    List<String> facts = new ArrayList<>();
    count(facts, status.pending(), "in flight");
    count(facts, status.ended(), "ended and not collected");
    count(facts, status.unsubmitted(), "not submitted yet");
    String stand = facts.isEmpty() ? "all batches are collected" : String.join(", ", facts);
    return (status.cancelled() ? "cancelled; " : "") + stand + todo(status, job);
  }

  private static String todo(RunStatus status, Job job) {
    if (status.cancelled()) {
      return "; cancel, run or collect writes what was answered";
    }
    if (job.source().isEndless()) {
      return "; run continues them, if it isn't running";
    }
    CanaryVerdict canary = status.canary();
    if (status.batches().stream().anyMatch(row -> row.state().equals(BatchRow.AWAITS_CANARY))) {
      return canary == null
          ? "; the rest waits until the canary is collected and judged"
          : "; " + canary.refusal();
    }
    if (status.ended() > 0) {
      return "; collect writes " + (status.ended() == 1 ? "its" : "their") + " answers";
    }
    if (status.unsubmitted() > 0) {
      return "; collect submits "
          + (status.unsubmitted() == 1 ? "it" : "them")
          + (status.batches().stream().anyMatch(row -> row.state().equals(BatchEnd.OVER_BUDGET))
              ? " once limits.cost_usd or cost_usd_per_day allows it"
              : " as soon as there is room");
    }
    return status.collectable() ? "; collect writes what is left and finishes the run" : "";
  }

  private static void count(List<String> facts, int batches, String what) {
    if (batches > 0) {
      facts.add(Summary.count(batches, "batch") + " " + what);
    }
  }

  private static String finished(RunStatus status, Report report) {
    return (status.cancelled() ? "cancelled and finished " : "finished ")
        + Instant.parse(report.finishedAt()).truncatedTo(ChronoUnit.SECONDS)
        + ": "
        + Summary.count(report.documents(), "document")
        + ", "
        + Summary.number(report.answered())
        + " answered, "
        + Summary.number(report.failures())
        + " failed";
  }

  private static String also(Run other) throws IOException {
    RunProgress progress = RunProgress.of(other);
    int batches = progress.count(Stage.IN_FLIGHT) + progress.count(Stage.SUBMITTING);
    return "another run of this job is not finished: "
        + other.name()
        + " ("
        + Summary.count(batches, "batch")
        + (batches == 1 ? " was" : " were")
        + " in flight when it was last polled); see it with --run "
        + other.name();
  }
}
