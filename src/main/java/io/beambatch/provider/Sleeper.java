package io.beambatch.provider;

import java.time.Duration;

/** Waits. Tests put one in its place that only takes note. */
@FunctionalInterface
public interface Sleeper {

  /** Waits in real time. */
  Sleeper SYSTEM = duration -> Thread.sleep(duration.toMillis());

  void sleep(Duration duration) throws InterruptedException;
}
