package io.beambatch.cli;

import io.beambatch.batch.BatchProgress;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.joda.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Shows how far a run has come: documents as they are staged, then requests as they are answered. A
 * bar where somebody watches, a line at each change where a log is written.
 */
final class Progress implements AutoCloseable {
  private static final Duration TICK = Duration.millis(500);
  private static final long LINE_NANOS = 10_000_000_000L;

  private final PrintWriter err;
  private final @Nullable ProgressBar bar;
  private long staged;
  private long lastLine;
  private @Nullable BatchProgress last;

  private Progress(PrintWriter err, @Nullable ProgressBar bar) {
    this.err = err;
    this.bar = bar;
  }

  static Progress show(PrintWriter err) {
    ProgressBar bar = null;
    if (CommandLine.Help.Ansi.AUTO.enabled()) {
      PrintStream stream = new PrintStream(System.err, false, StandardCharsets.UTF_8);
      bar =
          new ProgressBarBuilder()
              .setTaskName("staging")
              .setInitialMax(-1)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(stream))
              .build();
    }
    Progress progress = new Progress(err, bar);
    BatchProgress.listen(progress::batches);
    return progress;
  }

  /** Waits until the pipeline has ended. */
  PipelineResult.State waitFor(PipelineResult result) {
    while (true) {
      PipelineResult.State state = result.waitUntilFinish(TICK);
      if (state != null && state.isTerminal()) {
        return state;
      }
      staged(result);
    }
  }

  private synchronized void staged(PipelineResult result) {
    if (last != null) {
      return;
    }
    long now = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(
                MetricsFilter.builder()
                    .addNameFilter(MetricNameFilter.named("chunk", "documents_staged"))
                    .build())
            .getCounters()) {
      now += counter.getAttempted();
    }
    if (bar != null) {
      bar.stepTo(now);
    } else if (now != staged) {
      err.printf("%,d documents staged%n", now);
      err.flush();
    }
    staged = now;
  }

  private synchronized void batches(BatchProgress now) {
    if (now.equals(last)) {
      return;
    }
    // A log gets a line for each batch that ends, and one now and then in between.
    boolean step =
        last == null || now.ended() != last.ended() || now.submitted() != last.submitted();
    if (bar == null && !step && System.nanoTime() - lastLine < LINE_NANOS) {
      return;
    }
    lastLine = System.nanoTime();
    if (bar != null) {
      bar.setExtraMessage("batches " + now.ended() + "/" + now.batches());
      bar.maxHint(now.requests());
      bar.stepTo(now.answered());
    } else {
      err.printf(
          "%d of %d batches submitted, %d ended; %,d of %,d requests answered%n",
          now.submitted(), now.batches(), now.ended(), now.answered(), now.requests());
      err.flush();
    }
    last = now;
  }

  @Override
  public void close() {
    BatchProgress.listen(progress -> {});
    if (bar != null) {
      bar.close();
    }
  }
}
