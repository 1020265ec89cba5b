package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final Instant NOW = Instant.parse("2026-11-02T08:00:00Z");
  private static final Limits LIMITS = limits(100, 1_000);
  private static final Limits NONE = limits(Long.MAX_VALUE, Long.MAX_VALUE);

  @Test
  void allowsWhatTheLimitsLeaveRoomFor() {
    Admission admission = new Admission(LIMITS);

    assertThat(admission.allows(tokens(40), tokens(60), NOW)).isTrue();
    assertThat(admission.allows(tokens(41), tokens(60), NOW)).isFalse();
    assertThat(admission.allows(new Enqueued(1, 500), new Enqueued(1, 501), NOW)).isFalse();
    assertThat(admission.canEverAllow(tokens(101))).isFalse();
    assertThat(admission.canEverAllow(new Enqueued(1, 1_001))).isFalse();
  }

  @Test
  void sendsNoMoreThanTheProviderBoreWhenItRefused() {
    Admission admission = new Admission(NONE);
    admission.refused(tokens(50), NOW);

    assertThat(admission.allows(tokens(1), tokens(0), NOW)).as("not at once").isFalse();
    Instant later = NOW.plus(Duration.ofMinutes(1));
    assertThat(admission.allows(tokens(10), tokens(41), later)).isFalse();
    assertThat(admission.allows(tokens(10), tokens(40), later)).isTrue();
    assertThat(admission.allows(tokens(80), tokens(0), later)).as("somebody goes first").isTrue();
  }

  @Test
  void triesAsMuchMoreAsABatchHeldWhenItHasEnded() {
    Admission admission = new Admission(NONE);
    Instant later = NOW.plus(Duration.ofMinutes(1));
    admission.refused(tokens(50), NOW);

    admission.freed(tokens(10));

    assertThat(admission.allows(tokens(20), tokens(40), later)).isTrue();
    assertThat(admission.allows(tokens(21), tokens(40), later)).isFalse();
  }

  @Test
  void waitsLongerEachTimeAndAsLongAsItIsAsked() {
    Admission admission = new Admission(NONE);
    admission.wait(null, NOW);
    assertThat(admission.isWaiting(NOW.plusSeconds(4))).isTrue();
    assertThat(admission.isWaiting(NOW.plusSeconds(5))).isFalse();

    admission.wait(null, NOW);
    assertThat(admission.isWaiting(NOW.plusSeconds(9))).isTrue();

    admission.wait(Duration.ofMinutes(55), NOW);
    assertThat(admission.isWaiting(NOW.plus(Duration.ofMinutes(54)))).isTrue();
    assertThat(admission.isWaiting(NOW.plus(Duration.ofMinutes(55)))).isFalse();
  }

  @Test
  void countsWavesAsItWouldAdmitThem() {
    assertThat(Waves.of(List.of(), LIMITS)).isZero();
    assertThat(Waves.of(chunks(60, 60, 40, 30), LIMITS)).as("60 and 40, 60 and 30").isEqualTo(2);
    assertThat(Waves.of(chunks(60, 60, 60), LIMITS)).isEqualTo(3);
    assertThat(Waves.of(chunks(60, 60, 60), NONE)).isEqualTo(1);
    assertThat(Waves.of(chunks(60, 200, 40), LIMITS)).as("one that is too large").isEqualTo(2);
  }

  private static Enqueued tokens(long tokens) {
    return new Enqueued(tokens, 1);
  }

  private static List<Chunk> chunks(long... tokens) {
    return LongStream.of(tokens)
        .mapToObj(each -> new Chunk("c", 1, List.of(new Part("p", 1, 1, 1, each, Map.of()))))
        .toList();
  }

  private static Limits limits(long tokens, long requests) {
    return new Limits(50_000, 1_000_000, tokens, requests, null);
  }
}
