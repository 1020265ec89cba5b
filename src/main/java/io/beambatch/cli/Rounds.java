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
 * Advances a run in rounds: waits for batches in this process, and launches a pipeline only when
 * there is something to read, join or write. Waiting then costs nothing, answers are written while
 * other batches are in flight, and each graph has only the steps that it needs. All commands that
 * advance a run use this class; they differ in how long they stay.
 */
final class Rounds implements AutoCloseable {
  /**
   * How much longer to gather ended batches than a launch takes, up to {@code poll.interval}: a
   * launch for each batch would cost more time than its answers are worth. A destination may ask
   * for more.
   */
  private static final int GATHERING = 10;

  /** The longest pause before a pipeline that an outage has interrupted is launched again. */
  private static final Duration AFTER_AN_OUTAGE = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final Run run;
  private final CoordinatorSettings settings;
  private final Launcher launcher;
  private final BatchWatch watch;
  private final Clock clock = Clock.systemUTC();
  private Instant nextLaunch = Instant.MIN;

  /** Since when pipelines have failed because the provider is out of reach. */
  private @Nullable Instant outageSince;

  /**
   * The rounds of a run.
   *
   * @param settings say how long waits may last, and who receives the progress
   */
  Rounds(Run run, CoordinatorSettings settings, ProviderFactory providers, Launcher launcher) {
    this.run = run;
    this.settings = settings;
    this.launcher = launcher;
    this.watch = BatchWatch.open(settings, run.folder(), providers);
  }

  /** Launches a pipeline for the available work, and waits for it. */
  @FunctionalInterface
  interface Launcher {
    /**
     * Launches a pipeline.
     *
     * @param meanwhile must be called every second or so
     */
    void launch(Work work, Progress.Meanwhile meanwhile) throws Exception;
  }

  /** Polls once: does what can be done now, and leaves batches that have not ended. */
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
    watch.pollOnce();
  }

  /**
   * Stays until nothing is left to do or to wait for. A pipeline that fails because the provider is
   * out of reach is launched again, for as long as an outage is waited out.
   */
  RunProgress untilDone() throws Exception {
    RunProgress progress = advanceDespiteOutage();
    while (outageSince != null || progress.hasWork() || !watch.isIdle()) {
      progress = next(progress);
      if (outageSince == null && !progress.hasWork()) {
        watch.turnAwayHeld();
        progress = RunProgress.of(run);
      }
    }
    return progress;
  }

  /** Stays until nothing is left to do, or only chunks that are not admitted. */
  RunProgress untilHeld() throws Exception {
    RunProgress progress = advanceDespiteOutage();
    while (outageSince != null || progress.hasWork() || !(watch.isIdle() || watch.isHeld())) {
      progress = next(progress);
    }
    return progress;
  }

  /** Waits until there may be something to do, and does it. */
  private RunProgress next(RunProgress progress) throws Exception {
    if (outageSince != null) {
      watch.awaitTime(nextLaunch);
    } else if (progress.work().reused().isEmpty()) {
      watch.awaitEnd(nextLaunch);
    } else {
      // These lines have their answers. Batches may be under way for a day, and go first.
      watch.lookIfDue();
    }
    return advanceDespiteOutage();
  }

  private RunProgress advanceDespiteOutage() throws Exception {
    RunProgress progress;
    try {
      progress = advance();
      outageSince = null;
    } catch (IOException | RuntimeException e) {
      Instant now = clock.instant();
      outageSince = outageSince == null ? now : outageSince;
      Optional<ProviderException> outage = BatchWatch.outage(e, settings.waits().outage());
      if (outage.isEmpty() || now.isAfter(outageSince.plus(settings.waits().outage()))) {
        throw e;
      }
      LOG.warn("the provider is out of reach, trying again: {}", outage.get().getMessage());
      nextLaunch = now.plus(pause(outage.get()));
      return RunProgress.of(run);
    }
    watch.track(progress.all());
    return progress;
  }

  /** How long to wait after an outage: at least as long as the provider asks. */
  private Duration pause(ProviderException outage) {
    Duration usual = Collections.min(List.of(AFTER_AN_OUTAGE, interval()));
    Duration asked = outage.retryAfter();
    return asked == null ? usual : Collections.max(List.of(usual, asked));
  }

  /** Why a chunk was set aside, if one was. */
  Optional<BatchException> failure() {
    return watch.failure();
  }

  /**
   * Does what can be done. Batches that end meanwhile are left for the next round, so that they can
   * be gathered; uploads that become necessary follow at once.
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
                + " command again to resume, and look into the runner's log");
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
