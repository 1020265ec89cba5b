package io.beambatch.job;

import java.io.Serializable;
import java.time.Duration;

/**
 * How batches are awaited: the section {@code poll} of the job file.
 *
 * @param interval between two polls of the provider
 * @param deadline how long after its creation a batch is cancelled; the answers it has are still
 *     collected
 * @param grace how long the result files of an ended batch may take to appear
 */
public record Poll(Duration interval, Duration deadline, Duration grace) implements Serializable {

  /** A duration as job files write it: {@code 90s}, {@code 26h}. */
  public static String text(Duration time) {
    long millis = time.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 60 != 0) {
      return seconds + "s";
    }
    return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
  }
}
