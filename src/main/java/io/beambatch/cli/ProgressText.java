package io.beambatch.cli;

import io.beambatch.batch.BatchProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The known progress of a launch, as text; {@link Progress} draws it. The numbers of batches never
 * decrease, whichever coordinator reports them.
 */
final class ProgressText {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration STILL_ALIVE = Duration.ofHours(1);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final Clock clock;
  private final boolean endless;
  private final Instant start;
  private final SortedMap<Integer, BatchProgress> attempts = new TreeMap<>();
  private long staged;
  private long uploaded;
  private long requests;
  private long bytes;
  private boolean isPlanned;
  private Instant lastLine;
  private String lastText = "";

  private ProgressText(Clock clock, boolean endless) {
    this.clock = clock;
    this.endless = endless;
    this.start = clock.instant();
    this.lastLine = start.minus(BETWEEN_LINES);
  }

  /**
   * The progress of a launch that begins now.
   *
   * @param clock with the time zone of the times in logs
   * @param endless whether the source never ends
   */
  static ProgressText of(Clock clock, boolean endless) {
    return new ProgressText(clock, endless);
  }

  void counted(long documentsStaged, long bytesUploaded) {
    staged = documentsStaged;
    uploaded = bytesUploaded;
  }

  void planned(long requestsOfPlan, long bytesOfPlan) {
    isPlanned = true;
    requests += requestsOfPlan;
    bytes += bytesOfPlan;
  }

  void awaited(BatchProgress batches) {
    attempts.merge(batches.attempt(), batches, BatchProgress::or);
  }

  /** Returns whether a batch is awaited. */
  boolean isWaiting() {
    BatchProgress all = all();
    return all != null && all.ended() < all.batches();
  }

  /** One line for a terminal, with the time since the start. */
  String line() {
    Duration time = Duration.between(start, clock.instant());
    return format("%d:%02d:%02d ", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        + text();
  }

  /** One line for a log, with the time of the day. */
  String lineForLog() {
    lastLine = clock.instant();
    lastText = text();
    return TIME.format(lastLine.atZone(clock.getZone())) + " " + lastText;
  }

  /** Returns whether it is time for a line in the log. */
  boolean isDueInLog() {
    Duration quiet = Duration.between(lastLine, clock.instant());
    return quiet.compareTo(STILL_ALIVE) >= 0
        || (hasNews() && (quiet.compareTo(BETWEEN_LINES) >= 0 || !phase().equals(lastPhase())));
  }

  /** Returns whether something has changed since the last line in the log. */
  boolean hasNews() {
    return !text().equals(lastText) && (staged > 0 || isPlanned || !attempts.isEmpty());
  }

  private String lastPhase() {
    return lastText.substring(0, Math.max(0, lastText.indexOf(':')));
  }

  private String phase() {
    BatchProgress all = all();
    if (all == null) {
      return isPlanned ? "uploading" : "staging";
    }
    String attempt = all.attempt() > 1 ? "attempt " + all.attempt() + ", " : "";
    if (isWaiting()) {
      return attempt + "waiting";
    }
    return endless ? "watching" : attempt + "writing";
  }

  private String text() {
    BatchProgress all = all();
    if (all != null) {
      return format(
          "%s: %,d of %,d batches submitted, %,d ended; %,d of %,d requests answered",
          phase(), all.submitted(), all.batches(), all.ended(), all.answered(), all.requests());
    }
    return isPlanned
        ? format(
            "%s: %,d of %,d bytes, %s",
            phase(), uploaded, bytes, Summary.count(requests, "request"))
        : format("%s: %s", phase(), Summary.count(staged, "document"));
  }

  private @Nullable BatchProgress all() {
    return attempts.values().stream().reduce(BatchProgress::plus).orElse(null);
  }

  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
