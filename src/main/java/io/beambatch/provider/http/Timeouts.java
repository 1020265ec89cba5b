package io.beambatch.provider.http;

import java.time.Duration;

/**
 * How long calls may take.
 *
 * @param connect for making a connection
 * @param request for a call's whole reply; of a download, for its start
 * @param idle a connection on which nothing moves for so long has broken off
 */
public record Timeouts(Duration connect, Duration request, Duration idle) {
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofMinutes(2));

  private static final long SLOWEST_BYTES_PER_SECOND = 64 << 10;

  /** How long so many bytes may take to be sent, over the slowest connection that is of use. */
  public static Duration ofSending(long bytes) {
    return Duration.ofSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
  }
}
