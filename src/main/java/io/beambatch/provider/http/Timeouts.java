package io.beambatch.provider.http;

import java.time.Duration;

/**
 * How long calls may take. {@link HttpCalls} gives up calls that take longer.
 *
 * @param connect for connecting
 * @param request for the whole reply of a call; for a download, until it starts
 * @param idle after which a connection without traffic counts as broken
 */
public record Timeouts(Duration connect, Duration request, Duration idle) {
  public static final Timeouts DEFAULT =
      new Timeouts(Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofMinutes(2));

  private static final long SLOWEST_BYTES_PER_SECOND = 64 << 10;

  /** How long sending this many bytes may take over the slowest usable connection. */
  public static Duration ofSending(long bytes) {
    return Duration.ofSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
  }
}
