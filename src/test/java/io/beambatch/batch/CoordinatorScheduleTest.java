package io.beambatch.batch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The coordinator with everything around it but Beam, in virtual time, against whatever can go
 * wrong: each seed is another schedule of faults, crashes, suspended processes and launches at
 * once.
 *
 * <p>{@code -Dbeambatch.seed=N} runs one schedule alone.
 */
class CoordinatorScheduleTest {
  private static final String SEED = System.getProperty("beambatch.seed");
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  @AfterAll
  static void stop() {
    THREADS.shutdownNow();
  }

  @Test
  void everyChunkHasOneBatchWhateverGoesWrong() {
    run(0, 100);
  }

  @Test
  @Tag("slow")
  void everyChunkHasOneBatchInThousandsOfSchedules() {
    run(1_000, 3_000);
  }

  private static void run(long from, long to) {
    if (SEED != null) {
      run(Long.parseLong(SEED));
      return;
    }
    for (long seed = from; seed < to; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    try {
      new SimulatedRun(seed, THREADS).run();
    } catch (Throwable e) {
      throw new AssertionError("-Dbeambatch.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
