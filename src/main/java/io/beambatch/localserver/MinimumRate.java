package io.beambatch.localserver;

import java.time.Duration;

/**
 * The minimum rate of a call's body. Slower senders are cut off, because every body that is being
 * read occupies a thread.
 *
 * @param grace the time during which any rate is accepted
 */
public record MinimumRate(long bytesPerSecond, Duration grace) {
  /** 1 KiB a second, after the first ten seconds. */
  static final MinimumRate USUAL = new MinimumRate(1 << 10, Duration.ofSeconds(10));

  boolean allows(long bytes, Duration passed) {
    double seconds = passed.minus(grace).toNanos() / 1e9;
    return seconds <= 0 || bytes >= seconds * bytesPerSecond;
  }
}
