package io.beambatch.cli;

import io.beambatch.batch.BatchProgress;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.job.Job;
import io.beambatch.ledger.RunMetrics;
import io.beambatch.provider.Capabilities;
import io.beambatch.run.Estimate;
import io.beambatch.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Shows how far a run has come: documents while they are staged, then their estimated cost, bytes
 * while they are uploaded, batches while they are awaited. On a terminal that is one line, redrawn
 * every second; in a log, a line with the time when something has changed, and at least one an
 * hour.
 *
 * <p>It uses no terminal library: the available ones handle Ctrl-C themselves, and then no shutdown
 * hook runs.
 */
final class Progress implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int WIDTH = 79;
  private static final String TO_LINE_START = "\r";
  private static final String CLEAR_TO_LINE_END = "\u001b[K";

  private final Channel channel = new Channel(UUID.randomUUID().toString());
  private final Timer ticks = new Timer("progress", true);
  private final PrintWriter err;
  private final ProgressText text;
  private final boolean terminal;
  private final @Nullable String notice;
  private final Set<String> announced = new HashSet<>();
  private boolean drawn;
  private boolean noted;

  /**
   * @param notice what is said once when batches are awaited, or null if none are
   */
  private Progress(PrintWriter err, ProgressText text, boolean terminal, @Nullable String notice) {
    this.err = err;
    this.text = text;
    this.terminal = terminal;
    this.notice = notice;
  }

  /** Shows the progress of a launch that doesn't wait for its batches. */
  static Progress show(PrintWriter err) {
    return show(err, false, null);
  }

  /**
   * Shows the progress of a launch that stays with its batches, as long as they take.
   *
   * @param local whether a server in this process answers, which takes no hours
   */
  static Progress ofLongWait(PrintWriter err, Job job, boolean local) {
    Capabilities can = job.inference().request().provider().capabilities();
    return show(
        err,
        job.source().isEndless(),
        (local ? "" : "This may take up to " + can.expiry().toHours() + " hours. ")
            + "Ctrl-C is safe: the state is kept, and 'status' shows how the batches stand."
            + (can.liveProgress()
                ? ""
                : " How many requests are answered shows only when their batch has ended."));
  }

  private static Progress show(PrintWriter err, boolean endless, @Nullable String notice) {
    ProgressText text = ProgressText.of(Clock.system(ZoneId.systemDefault()), endless);
    Progress progress = new Progress(err, text, CommandLine.Help.Ansi.AUTO.enabled(), notice);
    progress.channel.open(progress);
    progress.ticks.schedule(
        new TimerTask() {
          @Override
          public void run() {
            progress.tick();
          }
        },
        TICK.toMillis(),
        TICK.toMillis());
    return progress;
  }

  /** Receives the progress of batches. */
  BatchProgress.Sink sink() {
    return channel;
  }

  /**
   * Announces what a plan of a run will cost, once it is checked and before anything of it is sent.
   */
  PlanCheck announcing(Run run, PlanCheck check) {
    return new CostNotice(check, run.job(), run.folder(), channel);
  }

  /** What a launcher does while a pipeline runs. */
  @FunctionalInterface
  interface Meanwhile {
    void act() throws IOException;
  }

  /**
   * Waits until the pipeline has ended.
   *
   * @param meanwhile is called every second
   */
  PipelineResult.State waitFor(PipelineResult result, Meanwhile meanwhile) throws IOException {
    while (true) {
      PipelineResult.State state =
          result.waitUntilFinish(org.joda.time.Duration.millis(TICK.toMillis()));
      if (state != null && state.isTerminal()) {
        return state;
      }
      update(
          counted(result, MetricNameFilter.named(RunMetrics.NAMESPACE, "documents_staged")),
          counted(result, MetricNameFilter.named(RunMetrics.NAMESPACE, "bytes_uploaded")));
      meanwhile.act();
    }
  }

  private static long counted(PipelineResult result, MetricNameFilter name) {
    long sum = 0;
    for (MetricResult<Long> counter :
        result
            .metrics()
            .queryMetrics(MetricsFilter.builder().addNameFilter(name).build())
            .getCounters()) {
      sum += counter.getAttempted();
    }
    return sum;
  }

  private synchronized void update(long staged, long uploaded) {
    text.counted(staged, uploaded);
    show();
  }

  private synchronized void update(BatchProgress batches) {
    text.awaited(batches);
    if (notice != null && !noted && text.isWaiting()) {
      noted = true;
      print(notice);
    }
    show();
  }

  /** A pipeline that is launched again emits a plan that was announced before. */
  private synchronized void update(Plan plan, Estimate estimate) {
    if (announced.add(plan.name())) {
      text.planned(estimate.requests(), estimate.bytes());
      print(CostText.of(estimate, plan.attempt()));
      show();
    }
  }

  private synchronized void tick() {
    show();
  }

  private void show() {
    if (terminal) {
      String line = text.line();
      err.print(
          TO_LINE_START + line.substring(0, Math.min(WIDTH, line.length())) + CLEAR_TO_LINE_END);
      err.flush();
      drawn = true;
    } else if (text.isDueInLog()) {
      err.println(text.lineForLog());
      err.flush();
    }
  }

  private void print(String sentence) {
    clear();
    err.println(sentence);
    err.flush();
  }

  private void clear() {
    if (drawn) {
      err.print(TO_LINE_START + CLEAR_TO_LINE_END);
      drawn = false;
    }
  }

  /** Removes the line, or writes what the log doesn't have yet. */
  @Override
  public void close() {
    channel.close();
    ticks.cancel();
    synchronized (this) {
      if (!terminal && text.hasNews()) {
        err.println(text.lineForLog());
      }
      clear();
      err.flush();
    }
  }

  /**
   * Finds the display of a command from a step of its pipeline. It needs the only static map: a
   * runner copies each step by serializing it, even in the same process, and publishes nothing of a
   * bundle before it ends, while awaiting is a single bundle. In another process there is no
   * display, and nothing is shown.
   */
  private record Channel(String name) implements BatchProgress.Sink, CostNotice.Sink, Serializable {
    private static final Map<String, Progress> DISPLAYS = new ConcurrentHashMap<>();

    void open(Progress display) {
      DISPLAYS.put(name, display);
    }

    void close() {
      DISPLAYS.remove(name);
    }

    @Override
    public void publish(BatchProgress batches) {
      Progress display = DISPLAYS.get(name);
      if (display != null) {
        display.update(batches);
      }
    }

    @Override
    public void publish(Plan plan, Estimate estimate) {
      Progress display = DISPLAYS.get(name);
      if (display != null) {
        display.update(plan, estimate);
      }
    }
  }
}
