package io.beambatch.provider;

import java.time.Duration;

/**
 * How often a call is repeated, and after which waits: {@code first}, then twice as long each time
 * up to {@code longest}, each shortened by up to a quarter at random. A wait that the provider asks
 * for is kept in full instead.
 *
 * @param tries how often a call is sent at most; at least 1
 * @param longestAsked a call fails if the provider asks to wait for longer than this
 */
public record Backoff(int tries, Duration first, Duration longest, Duration longestAsked) {

  /** Six tries, 0.5 s to 8 s apart; waits of up to 10 minutes at the provider's wish. */
  public static final Backoff DEFAULT =
      new Backoff(6, Duration.ofMillis(500), Duration.ofSeconds(8), Duration.ofMinutes(10));

  public Backoff {
    if (tries < 1) {
      throw new IllegalArgumentException("tries must be at least 1, not " + tries);
    }
  }

  /**
   * The wait before a repetition.
   *
   * @param repetition counted from 1
   * @param random 0 to 1
   */
  Duration before(int repetition, double random) {
    double doubled = first.toMillis() * Math.pow(2, repetition - 1.0);
    double millis = Math.min(doubled, (double) longest.toMillis());
    return Duration.ofMillis(Math.round(millis * (1 - random / 4)));
  }
}
