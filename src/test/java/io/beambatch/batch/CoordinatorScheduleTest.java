package io.beambatch.batch;

import io.beambatch.provider.Capabilities.OrphanSearch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The coordinator with everything around it but Beam, in virtual time, against whatever can go
 * wrong: each seed is another schedule of faults, crashes, suspended processes and launches at
 * once.
 *
 * <p>{@code -Dbeambatch.seed=N} runs one schedule alone, {@code -Dbeambatch.seed=M..N} those from M
 * to before N.
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

  /**
   * A cancel call that was lost in a crash, or never heard; a chunk whose submitter is gone and
   * that has waited too long; an orphan on a later page of the list.
   */
  @ParameterizedTest
  @ValueSource(longs = {1501, 2085, 4123, 86392})
  void everyChunkHasOneBatchInSchedulesThatOnceWentWrong(long seed) {
    run(seed);
  }

  @Test
  @Tag("slow")
  void everyChunkHasOneBatchInHundredsOfSchedules() {
    run(1_000, 1_400);
  }

  /**
   * What each provider shows of a batch decides how one is found again whose creation had no reply.
   */
  @ParameterizedTest
  @EnumSource(names = {"DISPLAY_NAME", "INPUT_FILE", "COUNT"})
  void everyChunkHasOneBatchHoweverLostOnesAreFound(OrphanSearch search) {
    LongStream.range(0, 60).forEach(seed -> run(seed, search));
  }

  /** {@code -Dbeambatch.schedules=10000} runs as many, with each way. */
  @ParameterizedTest
  @EnumSource(names = {"METADATA", "DISPLAY_NAME", "INPUT_FILE", "COUNT"})
  @Tag("slow")
  void everyChunkHasOneBatchInHundredsOfSchedulesHoweverLostOnesAreFound(OrphanSearch search) {
    LongStream.range(10_000, 10_000 + Long.getLong("beambatch.schedules", 100))
        .forEach(seed -> run(seed, search));
  }

  private static void run(long from, long to) {
    if (SEED == null) {
      LongStream.range(from, to).forEach(CoordinatorScheduleTest::run);
    } else if (SEED.contains("..")) {
      String[] ends = SEED.split("\\.\\.", -1);
      LongStream.range(Long.parseLong(ends[0]), Long.parseLong(ends[1]))
          .forEach(CoordinatorScheduleTest::run);
    } else {
      run(Long.parseLong(SEED));
    }
  }

  private static void run(long seed) {
    run(seed, OrphanSearch.METADATA);
  }

  private static void run(long seed, OrphanSearch search) {
    try {
      new SimulatedRun(seed, search, THREADS).run();
    } catch (Throwable e) {
      throw new AssertionError(
          "-Dbeambatch.seed=" + seed + " (" + search + "): " + e.getMessage(), e);
    }
  }
}
