package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.MovableClock;
import io.beambatch.batch.BatchProgress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTextTest {
  private final MovableClock clock = new MovableClock();
  private final ProgressText text = ProgressText.of(clock, false);

  @Test
  void namesEachPhaseAndTheTimeSinceTheStart() {
    assertThat(text.line()).isEqualTo("0:00:00 staging: 0 documents");

    clock.advance(Duration.ofSeconds(61));
    text.counted(1200, 0);
    assertThat(text.line()).isEqualTo("0:01:01 staging: 1,200 documents");

    text.planned(1200, 5000);
    text.counted(1200, 2000);
    assertThat(text.line()).isEqualTo("0:01:01 uploading: 2,000 of 5,000 bytes, 1,200 requests");

    text.awaited(new BatchProgress(1, 2, 1, 0, 1200, 7));
    assertThat(text.line())
        .isEqualTo(
            "0:01:01 waiting: 1 of 2 batches submitted, 0 ended; 7 of 1,200 requests answered");

    text.awaited(new BatchProgress(1, 2, 2, 2, 1200, 1100));
    assertThat(text.line()).contains("writing: 2 of 2 batches submitted, 2 ended; 1,100 of 1,200");
  }

  @Test
  void oneIsNotMany() {
    text.counted(1, 0);
    assertThat(text.line()).endsWith("staging: 1 document");

    text.planned(1, 168);
    assertThat(text.line()).endsWith("uploading: 0 of 168 bytes, 1 request");
    assertThat(Summary.count(1, "batch")).isEqualTo("1 batch");
    assertThat(Summary.count(2000, "batch")).isEqualTo("2,000 batches");
  }

  @Test
  void namesTheAttempt() {
    text.awaited(new BatchProgress(1, 2, 2, 2, 1200, 1100));
    text.awaited(new BatchProgress(2, 1, 1, 0, 100, 0));

    assertThat(text.line())
        .contains("attempt 2, waiting: 3 of 3 batches submitted, 2 ended; 1,100 of 1,300 requests");
  }

  @Test
  void neverGoesBackWhoeverTellsOfTheBatches() {
    text.awaited(new BatchProgress(1, 5, 4, 3, 500, 300));
    text.awaited(new BatchProgress(1, 2, 1, 0, 200, 10));

    assertThat(text.line())
        .contains("5 batches submitted, 3 ended; 300 of 500 requests answered")
        .contains("waiting: 4 of");
  }

  @Test
  void watchesWhenNothingIsAwaitedAndTheSourceNeverEnds() {
    ProgressText watched = ProgressText.of(clock, true);
    watched.awaited(new BatchProgress(1, 1, 1, 1, 3, 3));

    assertThat(watched.line()).contains("watching: 1 of 1 batches submitted, 1 ended");
  }

  @Test
  void givesALogALineForEachPhaseThenAtMostEveryTenSecondsAndOneAnHourAtLeast() {
    assertThat(text.isDueInLog()).as("nothing is known yet").isFalse();
    text.awaited(new BatchProgress(1, 1, 1, 0, 3, 0));
    assertThat(text.isDueInLog()).isTrue();
    assertThat(text.lineForLog())
        .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d waiting: 1 of 1 batches .*");
    assertThat(text.isDueInLog()).isFalse();

    text.awaited(new BatchProgress(1, 1, 1, 0, 3, 1));
    assertThat(text.isDueInLog()).isFalse();
    clock.advance(Duration.ofSeconds(10));
    assertThat(text.isDueInLog()).isTrue();
    text.lineForLog();

    clock.advance(Duration.ofMinutes(59));
    assertThat(text.isDueInLog()).isFalse();
    clock.advance(Duration.ofMinutes(1));
    assertThat(text.isDueInLog()).isTrue();
  }
}
