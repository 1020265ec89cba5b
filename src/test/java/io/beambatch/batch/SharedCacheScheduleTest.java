package io.beambatch.batch;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Duplicates and answers of a cache, from planning to joining, with processes that may end between
 * any two changes of a file: each seed is another schedule.
 *
 * <p>{@code -Dbeambatch.schedules=10000} runs as many.
 */
class SharedCacheScheduleTest {
  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  @AfterAll
  static void stop() {
    THREADS.shutdownNow();
  }

  @Test
  void everyDocumentHasItsOutcomeAndNothingIsBoughtTwiceWhereverAProcessEnds() {
    LongStream.range(0, Long.getLong("beambatch.schedules", 40))
        .forEach(
            seed -> {
              try {
                new SharedCacheRuns(seed, THREADS).run();
              } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
              }
            });
  }
}
