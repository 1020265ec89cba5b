package io.beambatch.provider;

import java.math.BigDecimal;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long a reply's headers ask to wait. */
final class RetryAfter {
  // Keeps absurd numbers within what a Duration can hold.
  private static final BigDecimal LONGEST_MILLIS =
      BigDecimal.valueOf(Duration.ofDays(366).toMillis());

  private RetryAfter() {}

  /**
   * Reads {@code retry-after-ms}, else {@code Retry-After} in seconds or as an HTTP date.
   *
   * @return a positive duration, or null if there is none to be understood
   */
  static @Nullable Duration of(HttpHeaders headers, Clock clock) {
    Duration wait = millis(headers.firstValue("retry-after-ms").orElse(""), 1);
    if (wait == null) {
      String value = headers.firstValue("retry-after").orElse("").strip();
      wait = millis(value, 1000);
      if (wait == null) {
        wait = until(value, clock);
      }
    }
    return wait == null || wait.isNegative() || wait.isZero() ? null : wait;
  }

  private static @Nullable Duration millis(String value, int factor) {
    try {
      BigDecimal millis = new BigDecimal(value.strip()).multiply(BigDecimal.valueOf(factor));
      return Duration.ofMillis((long) Math.ceil(millis.min(LONGEST_MILLIS).doubleValue()));
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  private static @Nullable Duration until(String date, Clock clock) {
    try {
      Instant until = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
      return Duration.between(clock.instant(), until);
    } catch (DateTimeParseException notADate) {
      return null;
    }
  }
}
