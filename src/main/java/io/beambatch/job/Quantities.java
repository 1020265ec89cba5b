package io.beambatch.job;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses quantities with units; empty for other texts. */
final class Quantities {
  private static final Pattern NUMBER_WITH_UNIT =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,6})?) ?([A-Za-z%]*)");

  private Quantities() {}

  /** {@code 500ms}, {@code 30s}, {@code 10m}, {@code 26h}, {@code 1d}; not negative. */
  static Optional<Duration> duration(String text) {
    Matcher matcher = NUMBER_WITH_UNIT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1000;
          case "m" -> 60_000;
          case "h" -> 3_600_000;
          case "d" -> 86_400_000;
          default -> 0;
        };
    return unit == 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(scaled(matcher.group(1), unit)));
  }

  /** {@code 200MB}, {@code 1.5GB}, {@code 4096}: units are powers of 1024. */
  static Optional<Long> bytes(String text) {
    Matcher matcher = NUMBER_WITH_UNIT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unit =
        switch (matcher.group(2).toUpperCase(Locale.ROOT)) {
          case "", "B" -> 1;
          case "KB", "KIB" -> 1L << 10;
          case "MB", "MIB" -> 1L << 20;
          case "GB", "GIB" -> 1L << 30;
          default -> 0;
        };
    return unit == 0 ? Optional.empty() : Optional.of(scaled(matcher.group(1), unit));
  }

  /** {@code 100} documents, or {@code 1.5%} of them. */
  static Optional<Retry.MaxFailed> maxFailed(String text) {
    Matcher matcher = NUMBER_WITH_UNIT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double value = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "%" -> value <= 100 ? Optional.of(new Retry.MaxFailed(value, true)) : Optional.empty();
      case "" ->
          matcher.group(1).contains(".")
              ? Optional.empty()
              : Optional.of(new Retry.MaxFailed(value, false));
      default -> Optional.empty();
    };
  }

  /** {@code 5%}, at most {@code 100%}; in percent. */
  static Optional<Double> percentage(String text) {
    return maxFailed(text).filter(Retry.MaxFailed::percent).map(Retry.MaxFailed::value);
  }

  private static long scaled(String number, long unit) {
    return new BigDecimal(number)
        .multiply(BigDecimal.valueOf(unit))
        .setScale(0, RoundingMode.DOWN)
        .min(BigDecimal.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }
}
