package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.run.RunStatus;
import io.beambatch.run.RunStatus.BatchRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchedStatusTest {
  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private static final String EXPIRY = "2026-02-01T10:58:00Z";
  private static final BatchRow ENDED = row("a1-c00000", "completed", 1000L, 4000, null, null);
  private static final BatchRow HALF = row("a1-c00001", "in_progress", 500L, 3720, EXPIRY, null);
  private static final BatchRow UNCOUNTED =
      row("a1-c00002", "in_progress", null, 3720, EXPIRY, null);
  private static final BatchRow WAITING =
      row("a1-c00003", "uploaded", null, null, null, "no room: 9 of 9 tokens are in flight");

  @Test
  void drawsABarForEachBatchWithItsAgeWhatIsUsualAndWhenItExpires() throws Exception {
    String table =
        watched(Duration.ofMinutes(124)).table(status(ENDED, HALF, UNCOUNTED, WAITING), NOW);

    assertThat(table.lines().skip(1).limit(5).toList())
        .containsExactly(
            "chunk      state       answered                         age   usual expires in",
            "a1-c00001  in_progress [##########..........]  50 %   1h02m   2h04m     22h58m",
            "a1-c00002  in_progress [==========..........]   ? %   1h02m   2h04m     22h58m",
            "a1-c00003  uploaded, waits: no room: 9 of 9 tokens are in flight",
            "a1-c00000  completed   [####################] 100 %   1h06m");
  }

  @Test
  void fitsATerminalHoweverManyBatchesThereAreAndHoweverMuchIsSaidOfThem() throws Exception {
    List<BatchRow> rows = new ArrayList<>();
    IntStream.range(0, 5000)
        .forEach(
            i ->
                rows.add(row("a1-c" + (10_000 + i), "uploaded", null, null, null, "x".repeat(99))));

    String table = watched(null).table(status(rows.toArray(BatchRow[]::new)), NOW);

    assertThat(table.lines()).hasSizeLessThanOrEqualTo(20).allMatch(line -> line.length() < 80);
    assertThat(table).contains("and 4,988 more; of all 5,000, 0 are collected");
  }

  @Test
  void tellsAPipeOnlyWhatIsNew() throws Exception {
    WatchedStatus watched = watched(Duration.ofMinutes(124));

    List<String> first = watched.changes(status(HALF, WAITING), NOW);
    assertThat(first).hasSize(3);
    assertThat(first.get(0))
        .endsWith(
            " a1-c00001 in_progress, 500 of 1,000 answered, age 1h02m, usually 2h04m,"
                + " expires in 22h58m");
    assertThat(first.get(1)).endsWith("uploaded, waits: no room: 9 of 9 tokens are in flight");
    assertThat(watched.changes(status(HALF, WAITING), NOW.plusSeconds(60))).isEmpty();

    BatchRow over = row("a1-c00001", "completed", 1000L, 4000, null, null);
    assertThat(watched.changes(status(over, WAITING), NOW))
        .singleElement()
        .satisfies(line -> assertThat(line).contains(" a1-c00001 completed, 1,000 of 1,000"));
  }

  private static WatchedStatus watched(@Nullable Duration usual) throws Exception {
    Job job = JobReader.read(ReviewsJob.FILE, List.of());
    return new WatchedStatus(job, usual);
  }

  private static RunStatus status(BatchRow... rows) {
    return new RunStatus(
        "sentiment", "a", true, false, 2, true, false, 1, 1, null, null, null, List.of(rows));
  }

  private static BatchRow row(
      String chunk,
      String state,
      @Nullable Long answered,
      @Nullable Integer seconds,
      @Nullable String expiresAt,
      @Nullable String waits) {
    return new BatchRow(
        chunk,
        1,
        waits == null ? "batch_1" : null,
        state,
        false,
        answered,
        answered == null ? null : 0L,
        1000,
        9,
        null,
        null,
        seconds == null ? null : Long.valueOf(seconds),
        expiresAt,
        waits);
  }
}
