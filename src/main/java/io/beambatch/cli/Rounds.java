package io.beambatch.cli;

import io.beambatch.batch.BatchException;
import io.beambatch.batch.BatchWatch;
import io.beambatch.batch.CoordinatorSettings;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.run.Work;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a run on in rounds: waits for batches in this process, and launches a pipeline only when
 * there is something to read, join or write. So waiting costs nothing, answers are written while
 * other batches are under way, and no graph is wider than what it is launched for. All commands
 * that look after a run do it with this class; they differ in how long they stay.
 */
final class Rounds implements AutoCloseable {
  /**
   * How much longer to gather ended batches than a launch takes, unless {@code poll.interval} is
   * over before: a launch for each batch would cost more than all its answers. A destination may
   * ask for more.
   */
  private static final int GATHERING = 10;

  /** The longest pause before a pipeline is launched again that an outage has interrupted. */
  private static final Duration AFTER_AN_OUTAGE = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final Run run;
  private final CoordinatorSettings settings;
  private final Launcher launcher;
  private final BatchWatch watch;
  private final Clock clock = Clock.systemUTC();
  private Instant nextLaunch = Instant.MIN;

  /** Since when pipelines fail because the provider is out of reach. */
  private @Nullable Instant outageSince;

  /**
   * Rounds of a run.
   *
   * @param settings say how long waits may last, and who is told of progress
   */
  Rounds(Run run, CoordinatorSettings settings, ProviderFactory providers, Launcher launcher) {
    this.run = run;
    this.settings = settings;
    this.launcher = launcher;
    this.watch = BatchWatch.open(settings, run.folder(), providers);
  }

  /** Launches a pipeline for what there is to do, and stays until it has ended. */
  @FunctionalInterface
  interface Launcher {
    /**
     * Launches.
     *
     * @param meanwhile has to be called every second or so
     */
    void launch(Work work, Progress.Meanwhile meanwhile) throws Exception;
  }

  /** Looks once: does what there is to do now, and leaves batches that have not ended. */
  RunProgress once() throws Exception {
    RunProgress before = RunProgress.of(run);
    if (before.isPending()) {
      look(before);
    }
    RunProgress after = advance();
    while (after.hasWork()) {
      after = advance();
    }
    if (after.isPending() && !after.equals(before)) {
      look(after);
      return RunProgress.of(run);
    }
    return after;
  }

  private void look(RunProgress progress) throws IOException, InterruptedException {
    watch.track(progress.all());
    watch.lookOnce();
  }

  /**
   * Stays until nothing is left that could be done or waited for. A pipeline that fails because the
   * provider is out of reach is launched again, as long as an outage is waited out.
   */
  RunProgress untilDone() throws Exception {
    RunProgress progress = advanceDespiteOutage();
    while (outageSince != null || progress.hasWork() || !watch.isIdle()) {
      if (outageSince == null) {
        watch.awaitEnd(nextLaunch);
      } else {
        watch.awaitTime(nextLaunch);
      }
      progress = advanceDespiteOutage();
      if (outageSince == null && !progress.hasWork()) {
        watch.turnAwayHeld();
        progress = RunProgress.of(run);
      }
    }
    return progress;
  }

  private RunProgress advanceDespiteOutage() throws Exception {
    RunProgress progress;
    try {
      progress = advance();
      outageSince = null;
    } catch (IOException | RuntimeException e) {
      Instant now = clock.instant();
      outageSince = outageSince == null ? now : outageSince;
      Optional<ProviderException> outage = BatchWatch.outage(e, settings.outage());
      if (outage.isEmpty() || now.isAfter(outageSince.plus(settings.outage()))) {
        throw e;
      }
      LOG.warn("the provider is out of reach, trying again: {}", outage.get().getMessage());
      nextLaunch = now.plus(pause(outage.get()));
      return RunProgress.of(run);
    }
    watch.track(progress.all());
    return progress;
  }

  /** How long to wait after an outage: not less than the provider asks for. */
  private Duration pause(ProviderException outage) {
    Duration usual = Collections.min(List.of(AFTER_AN_OUTAGE, interval()));
    Duration asked = outage.retryAfter();
    return asked == null ? usual : Collections.max(List.of(usual, asked));
  }

  /** What keeps a chunk from going on, where that doesn't keep the others, too. */
  Optional<BatchException> failure() {
    return watch.failure();
  }

  /**
   * Does what there is to do. What has ended meanwhile is left to the next time, so that it can be
   * gathered; what has to be uploaded follows at once.
   */
  private RunProgress advance() throws Exception {
    RunProgress progress = RunProgress.of(run);
    boolean urgent = progress.hasWork();
    while (urgent) {
      Work work = progress.work();
      if (work.retries() != null) {
        work.retries().plan(run.job(), run.folder());
      }
      if (work.needsGraph()) {
        launch(work);
      }
      progress = RunProgress.of(run);
      if (progress.work().equals(work)) {
        throw new IllegalStateException(
            "the runner ended the pipeline as done, but nothing of its work is done; run the same"
                + " command again to go on, and look into the runner's log");
      }
      urgent = progress.work().isUrgent();
    }
    return progress;
  }

  private void launch(Work work) throws Exception {
    Instant began = clock.instant();
    launcher.launch(work, watch::lookIfDue);
    Instant now = clock.instant();
    nextLaunch = now.plus(gathering(Duration.between(began, now)));
  }

  private Duration gathering(Duration launch) {
    Duration longest = Collections.max(List.of(interval(), launch));
    Duration usual = Collections.min(List.of(launch.multipliedBy(GATHERING), longest));
    return Collections.max(
        List.of(usual, run.job().answers().gathering(), run.job().failures().gathering()));
  }

  private Duration interval() {
    return run.job().inference().poll().interval();
  }

  @Override
  public void close() {
    watch.close();
  }
}
