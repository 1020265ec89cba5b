package io.beambatch.localserver;

import java.time.Duration;

/**
 * How fast the body of a call has to come. Who sends more slowly is cut off, because every body
 * that is being read takes a thread.
 *
 * @param grace in which any rate will do
 */
public record MinimumRate(long bytesPerSecond, Duration grace) {
  /** 1 KiB a second, after the first ten seconds. */
  static final MinimumRate USUAL = new MinimumRate(1 << 10, Duration.ofSeconds(10));

  boolean allows(long bytes, Duration passed) {
    double seconds = passed.minus(grace).toNanos() / 1e9;
    return seconds <= 0 || bytes >= seconds * bytesPerSecond;
  }
}
