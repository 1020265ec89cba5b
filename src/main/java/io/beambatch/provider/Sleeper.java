package io.beambatch.provider;

import java.time.Duration;

/** Waits. Tests replace it with one that only records the waits. */
@FunctionalInterface
public interface Sleeper {

  /** Waits in real time. */
  Sleeper SYSTEM = duration -> Thread.sleep(duration.toMillis());

  void sleep(Duration duration) throws InterruptedException;
}
