package io.beambatch.cli;

import io.beambatch.run.RunStatus;
import io.beambatch.run.RunStatus.BatchRow;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A run's batches for people to read. */
final class StatusTable {
  private static final List<String> TITLES =
      List.of("chunk", "attempt", "batch", "state", "answered", "failed", "total", "tokens", "age");
  private static final int FIRST_NUMBER = 4;

  private StatusTable() {}

  static String of(RunStatus status) {
    StringBuilder text =
        new StringBuilder("run " + status.run() + " of job " + status.job() + "\n");
    if (!status.batches().isEmpty()) {
      TextTable table = new TextTable(TITLES, FIRST_NUMBER);
      status.batches().forEach(row -> table.add(line(row)));
      table.add(totals(status));
      text.append(table);
    }
    return text.append(next(status)).append('\n').toString();
  }

  private static List<String> line(BatchRow row) {
    return List.of(
        row.chunk(),
        String.valueOf(row.attempt()),
        row.batchId() == null ? "-" : row.batchId(),
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
        "total",
        "",
        status.batches().size() + (status.batches().size() == 1 ? " batch" : " batches"),
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

  /** Counted ones; before they are known, an estimate of the prompts'. */
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

  private static String next(RunStatus status) {
    if (status.finished()) {
      return "finished";
    }
    if (!status.planned()) {
      return "nothing is planned yet: submit or run reads the source";
    }
    String pending =
        status.pending() == 0 ? "no batch is under way" : status.pending() + " under way";
    return status.collectable()
        ? pending + "; there is something to collect or to submit"
        : pending;
  }
}
