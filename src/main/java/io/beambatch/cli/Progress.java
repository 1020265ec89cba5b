package io.beambatch.cli;

import io.beambatch.batch.BatchProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Shows how far a run has come: documents as they are staged, batches while they are awaited, and
 * documents again as they are written. On a terminal that is one line, redrawn every second; in a
 * log, a line for each change and at least one an hour.
 *
 * <p>No terminal library draws the line: the ones at hand take Ctrl-C for themselves, and then no
 * shutdown hook runs.
 */
final class Progress implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration STILL_ALIVE = Duration.ofHours(1);
  private static final int WIDTH = 79;
  private static final String TO_LINE_START = "\r";
  private static final String CLEAR_TO_LINE_END = "\u001b[K";

  private final Channel channel = new Channel(UUID.randomUUID().toString());
  private final PrintWriter err;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private long staged;
  private long lastLine = start;
  private boolean drawn;
  private @Nullable BatchProgress batches;

  private Progress(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Begins to show progress, until it is closed. */
  static Progress show(PrintWriter err) {
    Progress progress = new Progress(err, CommandLine.Help.Ansi.AUTO.enabled());
    progress.channel.open(progress::update);
    return progress;
  }

  /** Where batches are to tell how far they have come. */
  BatchProgress.Sink sink() {
    return channel;
  }

  /** Waits until the pipeline has ended. */
  PipelineResult.State waitFor(PipelineResult result) {
    while (true) {
      PipelineResult.State state =
          result.waitUntilFinish(org.joda.time.Duration.millis(TICK.toMillis()));
      if (state != null && state.isTerminal()) {
        return state;
      }
      update(staged(result));
    }
  }

  private static long staged(PipelineResult result) {
    long documents = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named("chunk", "documents_staged"))
                    .build())
            .getCounters()) {
      documents += counter.getAttempted();
    }
    return documents;
  }

  private synchronized void update(long stagedNow) {
    boolean changed = stagedNow != staged;
    staged = stagedNow;
    if (terminal) {
      draw();
    } else if ((changed && batches == null) || elapsed(lastLine).compareTo(STILL_ALIVE) >= 0) {
      print();
    }
  }

  private synchronized void update(BatchProgress now) {
    BatchProgress last = batches;
    if (now.equals(last)) {
      return;
    }
    batches = now;
    if (last == null && now.batches() > 0 && now.ended() < now.batches()) {
      note();
    }
    if (terminal) {
      draw();
      return;
    }
    boolean step =
        last == null || now.ended() != last.ended() || now.submitted() != last.submitted();
    if (step || elapsed(lastLine).compareTo(BETWEEN_LINES) >= 0) {
      print();
    }
  }

  /** What somebody has to know who sees batches for the first time. */
  private void note() {
    clear();
    err.println(
        "Answers may take up to 24 hours. Ctrl-C is safe: the state is kept, and 'status' shows"
            + " how the batches stand.");
  }

  private void print() {
    err.println(line());
    err.flush();
    lastLine = System.nanoTime();
  }

  private void draw() {
    String line = line();
    err.print(
        TO_LINE_START + line.substring(0, Math.min(WIDTH, line.length())) + CLEAR_TO_LINE_END);
    err.flush();
    drawn = true;
  }

  private void clear() {
    if (drawn) {
      err.print(TO_LINE_START + CLEAR_TO_LINE_END);
      drawn = false;
    }
  }

  private String line() {
    BatchProgress now = batches;
    return time()
        + (now == null
            ? format("staging: %,d documents", staged)
            : format(
                "%s: %d of %d batches submitted, %d ended; %,d of %,d requests answered",
                now.ended() < now.batches() ? "waiting" : "writing",
                now.submitted(),
                now.batches(),
                now.ended(),
                now.answered(),
                now.requests()));
  }

  /** Since the start, as hours, minutes and seconds. */
  private String time() {
    Duration time = elapsed(start);
    return format("%d:%02d:%02d ", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  private static Duration elapsed(long since) {
    return Duration.ofNanos(System.nanoTime() - since);
  }

  private static String format(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }

  @Override
  public synchronized void close() {
    channel.close();
    clear();
    err.flush();
  }

  /**
   * Finds the listener of a command again in a step of its pipeline. The one static map is there
   * because a runner copies each step by serializing it, even in the same process, and shows
   * nothing of what a bundle does before the bundle ends: awaiting is one bundle. In another
   * process nobody listens, and nothing is told.
   */
  private record Channel(String name) implements BatchProgress.Sink {
    private static final Map<String, Consumer<BatchProgress>> LISTENERS = new ConcurrentHashMap<>();

    void open(Consumer<BatchProgress> listener) {
      LISTENERS.put(name, listener);
    }

    void close() {
      LISTENERS.remove(name);
    }

    @Override
    public void publish(BatchProgress progress) {
      LISTENERS.getOrDefault(name, nobody -> {}).accept(progress);
    }
  }
}
