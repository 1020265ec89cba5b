package io.beambatch.cli;

import io.beambatch.run.Run;
import java.io.IOException;
import java.time.Duration;

/**
 * Detects that another process has cancelled the run. The pipeline of an endless source would
 * notice only when a document arrives.
 */
final class CancelWatch implements Progress.Meanwhile {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(3);

  private final Run run;
  private long lastLook = System.nanoTime();

  CancelWatch(Run run) {
    this.run = run;
  }

  @Override
  public void act() throws IOException {
    if (Duration.ofNanos(System.nanoTime() - lastLook).compareTo(BETWEEN_LOOKS) < 0) {
      return;
    }
    lastLook = System.nanoTime();
    if (run.batches().isCancelled()) {
      throw new CancelledException();
    }
  }

  /** The run is cancelled. */
  static final class CancelledException extends RuntimeException {
    private CancelledException() {
      super("the run is cancelled");
    }
  }
}
