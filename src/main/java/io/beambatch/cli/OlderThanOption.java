package io.beambatch.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Option;

/** The option of a command that deletes what is old. */
final class OlderThanOption {
  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      required = true,
      converter = DurationConverter.class,
      description = "Deletes only what is older than this, such as 30d or 12h.")
  private Duration age;

  /** What is older than this time is deleted. */
  Instant limit() {
    return Clock.systemUTC().instant().minus(age);
  }
}
