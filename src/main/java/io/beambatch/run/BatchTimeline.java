package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.result.JoinedChunk;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When each batch of a run waited and ran, for {@link ReportPage}. If there are too many batches
 * for a row each, batches that were submitted one after the other share a row.
 */
final class BatchTimeline {
  private static final int MOST_ROWS = 200;
  private static final double WHOLE = 100;

  private final List<Row> rows;
  private final boolean grouped;

  private BatchTimeline(List<Row> rows, boolean grouped) {
    this.rows = rows;
    this.grouped = grouped;
  }

  /** The batches of a run that lasted from one time to another, in the order of submission. */
  static BatchTimeline of(RunSnapshot run, Instant began, Instant ended) {
    List<Span> spans = new ArrayList<>();
    for (Plan plan : run.plans()) {
      for (Chunk chunk : plan.chunks()) {
        BatchEntry entry = run.batches().get(chunk.id());
        if (entry != null && entry.batchId() != null) {
          spans.add(Span.of(chunk, entry, run.joined().get(chunk.id())));
        }
      }
    }
    spans.sort(Comparator.comparingLong(Span::submitted));
    int each = (spans.size() + MOST_ROWS - 1) / MOST_ROWS;
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < spans.size(); i += Math.max(1, each)) {
      rows.add(row(spans.subList(i, Math.min(spans.size(), i + each)), began, ended));
    }
    return new BatchTimeline(rows, each > 1);
  }

  List<Row> rows() {
    return rows;
  }

  /** Returns whether a row stands for several batches. */
  boolean isGrouped() {
    return grouped;
  }

  /** A duration in readable form. */
  static String duration(long millis) {
    Duration time = Duration.ofMillis(Math.max(0, millis));
    if (time.toHours() > 0) {
      return time.toHours() + " h " + time.toMinutesPart() + " min";
    }
    if (time.toMinutes() > 0) {
      return time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }
    return time.toSeconds() < 10
        ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0)
        : time.toSeconds() + " s";
  }

  private static Row row(List<Span> spans, Instant began, Instant ended) {
    Span first = spans.get(0);
    Span last = spans.get(spans.size() - 1);
    long planned = spans.stream().mapToLong(Span::planned).min().orElseThrow();
    long over = spans.stream().mapToLong(Span::ended).max().orElseThrow();
    long start = began.toEpochMilli();
    double scale = WHOLE / Math.max(1, ended.toEpochMilli() - start);
    double waitLeft = clamp((planned - start) * scale);
    double workLeft = clamp((first.submitted() - start) * scale);
    double workRight = clamp((over - start) * scale);
    return new Row(
        spans.size() == 1 ? first.chunk() : first.chunk() + " to " + last.chunk(),
        same(spans.stream().map(span -> String.valueOf(span.attempt())).distinct().toList()),
        number(spans.stream().mapToLong(Span::requests).sum()),
        number(spans.stream().mapToLong(Span::answered).sum()),
        String.join(", ", spans.stream().map(Span::state).distinct().toList()),
        duration(first.submitted() - planned),
        duration(over - first.submitted()),
        percent(waitLeft),
        percent(Math.max(0, workLeft - waitLeft)),
        percent(workLeft),
        percent(Math.max(0, workRight - workLeft)));
  }

  private static String same(List<String> values) {
    return values.size() == 1
        ? values.get(0)
        : values.get(0) + " to " + values.get(values.size() - 1);
  }

  private static double clamp(double percent) {
    return Math.min(WHOLE, Math.max(0, percent));
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /**
   * One batch.
   *
   * @param planned when its chunk was added to the ledger, in milliseconds since 1970
   */
  private record Span(
      String chunk,
      int attempt,
      long requests,
      long answered,
      String state,
      long planned,
      long submitted,
      long ended) {
    static Span of(Chunk chunk, BatchEntry entry, @Nullable JoinedChunk joined) {
      long submitted = Objects.requireNonNullElse(entry.times().submitted(), entry.since());
      return new Span(
          chunk.id(),
          chunk.attempt(),
          chunk.requests(),
          joined == null || joined.answered() == null ? 0 : joined.answered().documents(),
          entry.end() == null ? "unknown" : entry.end().status().code(),
          entry.times().planned(),
          submitted,
          entry.since());
    }
  }

  /**
   * A row of the timeline, ready to be shown.
   *
   * @param waitLeft where waiting begins, as a percentage of the run's time; the others likewise
   */
  record Row(
      String name,
      String attempt,
      String requests,
      String answered,
      String state,
      String waited,
      String worked,
      String waitLeft,
      String waitWidth,
      String workLeft,
      String workWidth) {}
}
