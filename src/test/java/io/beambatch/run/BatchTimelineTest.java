package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.provider.BatchStatus;
import io.beambatch.schema.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchTimelineTest {
  private static final Instant BEGAN = Instant.parse("2026-11-02T08:00:00Z");

  @Test
  void eachBatchHasALineThatShowsWhenItWaitedAndWorked() throws Exception {
    BatchTimeline timeline = BatchTimeline.of(run(3), BEGAN, BEGAN.plusSeconds(400));

    assertThat(timeline.isGrouped()).isFalse();
    assertThat(timeline.rows()).hasSize(3);
    BatchTimeline.Row second = timeline.rows().get(1);
    assertThat(second.name()).isEqualTo("a1-c00001");
    assertThat(second.requests()).isEqualTo("1,000");
    assertThat(second.state()).isEqualTo("completed");
    assertThat(second.waited()).isEqualTo("1 min 41 s");
    assertThat(second.worked()).isEqualTo("3 min 20 s");
    assertThat(second.waitLeft()).isEqualTo("0.00");
    assertThat(second.waitWidth()).isEqualTo("25.25");
    assertThat(second.workLeft()).isEqualTo("25.25");
    assertThat(second.workWidth()).isEqualTo("50.00");
  }

  @Test
  void manyBatchesShareLinesAndNoneIsLeftOut() throws Exception {
    BatchTimeline timeline = BatchTimeline.of(run(20_000), BEGAN, BEGAN.plusSeconds(90_000));

    assertThat(timeline.isGrouped()).isTrue();
    assertThat(timeline.rows()).hasSize(200);
    assertThat(timeline.rows().get(0).name()).isEqualTo("a1-c00000 to a1-c00099");
    assertThat(
            timeline.rows().stream()
                .mapToLong(row -> Long.parseLong(row.requests().replace(",", "")))
                .sum())
        .isEqualTo(20_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "-5, 0.0 s",
    "9940, 9.9 s",
    "59999, 59 s",
    "61000, 1 min 1 s",
    "90061000, 25 h 1 min"
  })
  void timesAreSaidAsPeopleSayThem(long millis, String said) {
    assertThat(BatchTimeline.duration(millis)).isEqualTo(said);
  }

  /** Batches that were planned together, and submitted a second apart after a hundred seconds. */
  private static RunSnapshot run(int batches) throws Exception {
    List<Chunk> chunks = new ArrayList<>();
    Map<String, BatchEntry> entries = new LinkedHashMap<>();
    for (int i = 0; i < batches; i++) {
      Part part = new Part("p" + i, 1_000, 1_000, 100_000, 10_000, Map.of());
      Chunk chunk = new Chunk(String.format("a1-c%05d", i), 1, List.of(part));
      chunks.add(chunk);
      Instant submitted = BEGAN.plusSeconds(100 + i);
      entries.put(
          chunk.id(),
          BatchEntry.unwanted(BEGAN.toEpochMilli(), BEGAN)
              .submitted("batch_" + i, submitted)
              .ended(
                  new BatchEnd(BatchStatus.COMPLETED, "file-1", null, List.of(), null),
                  submitted.plusSeconds(200)));
    }
    Plan plan = new Plan("a1", 1, chunks, List.of(), List.of(), Shape.NONE);
    return new RunSnapshot(
        Objects.requireNonNull(JobReader.read("pipelines/sentiment.yaml", List.of())),
        List.of(plan),
        entries,
        Map.of(),
        Map.of(),
        false);
  }
}
