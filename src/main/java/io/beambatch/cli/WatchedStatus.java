package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.provider.SafeText;
import io.beambatch.run.RunStatus;
import io.beambatch.run.RunStatus.BatchRow;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Formats a run's batches for {@code status --watch}: as a table of at most 80 columns and 20 lines
 * for a terminal, or as a line for each change for a pipe.
 */
final class WatchedStatus {
  private static final int COLUMNS = 80;
  private static final int MOST_BATCHES = 12;
  private static final int BAR = 20;

  /** The most that is shown for a batch that takes longer than usual. */
  private static final double ALMOST = 0.95;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final Job job;
  private final @Nullable Duration usual;
  private final Map<String, String> printed = new HashMap<>();

  /**
   * A run that is watched.
   *
   * @param usual how long a batch usually takes; null if unknown
   */
  WatchedStatus(Job job, @Nullable Duration usual) {
    this.job = job;
    this.usual = usual;
  }

  /** A table with a bar for each batch; those that have not ended come first. */
  String table(RunStatus status, Instant now) {
    StringBuilder text = new StringBuilder();
    line(text, TIME.format(now) + "  run " + status.run() + " of job " + status.job());
    List<BatchRow> rows =
        status.batches().stream().sorted(Comparator.comparingInt(WatchedStatus::order)).toList();
    if (!rows.isEmpty()) {
      line(text, row("chunk", "state", "answered", "age", "usual", "expires in"));
    }
    for (BatchRow row : rows.subList(0, Math.min(MOST_BATCHES, rows.size()))) {
      line(
          text,
          row.waits() == null
              ? row(row.chunk(), state(row), bar(row), age(row), usual(row), expiresIn(row, now))
              : String.format(
                  "%-10s %s, waits: %s", row.chunk(), state(row), SafeText.line(row.waits())));
    }
    if (rows.size() > MOST_BATCHES) {
      long collected = status.batches().stream().filter(BatchRow::collected).count();
      line(
          text,
          String.format(
              Locale.ROOT,
              "and %,d more; of all %,d, %,d are collected",
              rows.size() - MOST_BATCHES,
              rows.size(),
              collected));
    }
    line(text, StatusTable.next(status, job));
    return text.toString();
  }

  /** A line for each batch that has changed, and one if the run as a whole has. */
  List<String> changes(RunStatus status, Instant now) {
    List<String> lines = new ArrayList<>();
    for (BatchRow row : status.batches()) {
      String facts = facts(row);
      if (!facts.equals(printed.put(row.chunk(), facts))) {
        lines.add(TIME.format(now) + " " + row.chunk() + " " + facts + times(row, now));
      }
    }
    String stand = StatusTable.next(status, job);
    if (!stand.equals(printed.put("", stand))) {
      lines.add(TIME.format(now) + " run " + status.run() + " " + stand);
    }
    return lines;
  }

  private static String facts(BatchRow row) {
    return state(row)
        + (row.waits() == null
            ? row.answered() == null
                ? ""
                : String.format(Locale.ROOT, ", %,d of %,d answered", row.answered(), row.total())
            : ", waits: " + SafeText.line(row.waits()));
  }

  private String times(BatchRow row, Instant now) {
    return (row.seconds() == null ? "" : ", age " + age(row))
        + (usual(row).isEmpty() ? "" : ", usually " + usual(row))
        + (row.expiresAt() == null ? "" : ", expires in " + expiresIn(row, now));
  }

  /** Batches in flight come first, then those to be sent, then those that have ended. */
  private static int order(BatchRow row) {
    return row.expiresAt() != null ? 0 : row.waits() != null ? 1 : 2;
  }

  private static String state(BatchRow row) {
    return row.collected() ? "collected" : SafeText.line(row.state());
  }

  private static String age(BatchRow row) {
    return row.seconds() == null ? "" : StatusTable.age(Duration.ofSeconds(row.seconds()));
  }

  private String usual(BatchRow row) {
    return usual == null || row.expiresAt() == null ? "" : StatusTable.age(usual);
  }

  private static String expiresIn(BatchRow row, Instant now) {
    if (row.expiresAt() == null) {
      return "";
    }
    Duration left = Duration.between(now, Instant.parse(row.expiresAt()));
    return left.isNegative() ? "overdue" : StatusTable.age(left);
  }

  /** Answered requests; where the provider counts none before the end, the usual time. */
  private String bar(BatchRow row) {
    if (row.answered() != null) {
      long done = row.answered() + Objects.requireNonNullElse(row.failed(), 0L);
      double share = row.total() == 0 ? 1 : (double) done / row.total();
      return drawn(share, '#')
          + String.format(Locale.ROOT, " %3d %%", (int) Math.floor(100 * Math.min(1, share)));
    }
    if (usual == null || row.seconds() == null) {
      return drawn(0, '#') + "   ? %";
    }
    double share = (double) row.seconds() / Math.max(1, usual.toSeconds());
    return drawn(Math.min(ALMOST, share), '=') + "   ? %";
  }

  private static String drawn(double share, char mark) {
    int marks = (int) Math.floor(BAR * Math.max(0, Math.min(1, share)));
    return "[" + String.valueOf(mark).repeat(marks) + ".".repeat(BAR - marks) + "]";
  }

  private static String row(String... cells) {
    return String.format("%-10s %-11s %-28s %7s %7s %10s", (Object[]) cells);
  }

  /** Adds a line that no terminal breaks, so that the next table is drawn over this one. */
  private static void line(StringBuilder text, String line) {
    String shown = line.stripTrailing();
    text.append(shown.length() < COLUMNS ? shown : shown.substring(0, COLUMNS - 4) + "...")
        .append('\n');
  }
}
