package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.job.Limits;
import io.beambatch.provider.Capabilities.QueueUnit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuotaTest {
  private static final Instant NOW = Instant.parse("2026-11-02T08:00:00Z");
  private static final Limits LIMITS = limits(100, 1_000);
  private static final Limits NONE = limits(Long.MAX_VALUE, Long.MAX_VALUE);

  @Test
  void allowsWhatTheLimitsLeaveRoomFor() {
    Quota quota = new Quota(LIMITS, QueueUnit.TOKENS);

    assertThat(quota.allows(tokens(40), tokens(60), NOW)).isTrue();
    assertThat(quota.allows(tokens(41), tokens(60), NOW)).isFalse();
    assertThat(quota.allows(new InFlightUsage(1, 500), new InFlightUsage(1, 501), NOW)).isFalse();
    assertThat(quota.canEverAllow(tokens(101))).isFalse();
    assertThat(quota.canEverAllow(new InFlightUsage(1, 1_001))).isFalse();
  }

  @Test
  void allowsExactlyTheLimits() {
    Quota quota = new Quota(LIMITS, QueueUnit.TOKENS);

    assertThat(quota.canEverAllow(tokens(100))).isTrue();
    assertThat(quota.canEverAllow(new InFlightUsage(1, 1_000))).isTrue();
    assertThat(quota.allows(new InFlightUsage(1, 500), new InFlightUsage(1, 500), NOW)).isTrue();
  }

  @Test
  void countsRequestsWhereTheProviderDoes() {
    Quota quota = new Quota(limits(Long.MAX_VALUE, 1_000), QueueUnit.REQUESTS);
    quota.refused(new InFlightUsage(5, 700), InFlightUsage.NONE, NOW);
    assertThat(quota.allows(new InFlightUsage(5, 100), new InFlightUsage(5, 600), NOW)).isTrue();
    assertThat(quota.allows(new InFlightUsage(5, 101), new InFlightUsage(5, 600), NOW)).isFalse();

    quota.freed(new InFlightUsage(5, 5_000));
    assertThat(quota.allows(new InFlightUsage(5, 400), new InFlightUsage(5, 600), NOW)).isTrue();
  }

  @Test
  void knowsWhetherAnythingIsLimited() {
    assertThat(new Quota(NONE, QueueUnit.TOKENS).isLimited()).isFalse();
    assertThat(new Quota(limits(100, Long.MAX_VALUE), QueueUnit.TOKENS).isLimited()).isTrue();
    assertThat(new Quota(limits(Long.MAX_VALUE, 100), QueueUnit.TOKENS).isLimited()).isTrue();
  }

  @Test
  void waitsTenMinutesAtMostUnlessItIsAskedToWaitLonger() {
    Quota quota = new Quota(NONE, QueueUnit.TOKENS);
    Instant now = NOW;
    for (int seconds : new int[] {5, 10, 20, 40, 80, 160, 320, 600, 600}) {
      quota.unavailable(null, now);
      assertThat(quota.isWaiting(now.plusSeconds(seconds).minusMillis(1))).isTrue();
      assertThat(quota.isWaiting(now.plusSeconds(seconds))).isFalse();
      now = now.plusSeconds(seconds);
    }
    quota.created();
    quota.unavailable(null, now);
    assertThat(quota.isWaiting(now.plusSeconds(5))).as("a creation begins anew").isFalse();
  }

  @Test
  void sendsNoMoreThanTheProviderTookWhenItRefused() {
    Quota quota = new Quota(NONE, QueueUnit.TOKENS);
    quota.refused(InFlightUsage.NONE, tokens(50), NOW);

    assertThat(quota.allows(tokens(1), tokens(0), NOW)).as("not at once").isFalse();
    Instant later = NOW.plus(Duration.ofMinutes(1));
    assertThat(quota.allows(tokens(10), tokens(41), later)).isFalse();
    assertThat(quota.allows(tokens(10), tokens(40), later)).isTrue();
    assertThat(quota.allows(tokens(80), tokens(0), later)).as("somebody goes first").isTrue();
  }

  @Test
  void triesAsMuchMoreAsABatchHeldWhenItHasEnded() {
    Quota quota = new Quota(NONE, QueueUnit.TOKENS);
    quota.refused(tokens(50), InFlightUsage.NONE, NOW);

    quota.freed(tokens(10));

    assertThat(quota.allows(tokens(20), tokens(40), NOW)).isTrue();
    assertThat(quota.allows(tokens(21), tokens(40), NOW)).isFalse();
  }

  @Test
  void waitsOnlyForRefusalsThatNothingOfOursExplains() {
    Quota quota = new Quota(NONE, QueueUnit.TOKENS);
    quota.refused(tokens(50), tokens(30), NOW);
    assertThat(quota.isWaiting(NOW)).as("our own batches make room").isFalse();
    assertThat(quota.allows(tokens(10), tokens(75), NOW)).isFalse();

    quota.refused(InFlightUsage.NONE, tokens(30), NOW);
    assertThat(quota.isWaiting(NOW.plusSeconds(4))).isTrue();

    quota.freed(tokens(10));
    assertThat(quota.isWaiting(NOW)).as("something of ours has ended").isFalse();
  }

  @Test
  void waitsLongerEachTimeAndAsLongAsItIsAsked() {
    Quota quota = new Quota(NONE, QueueUnit.TOKENS);
    quota.unavailable(null, NOW);
    assertThat(quota.isWaiting(NOW.plusSeconds(4))).isTrue();
    assertThat(quota.isWaiting(NOW.plusSeconds(5))).isFalse();

    quota.unavailable(null, NOW);
    assertThat(quota.isWaiting(NOW.plusSeconds(9))).isTrue();

    quota.unavailable(Duration.ofMinutes(55), NOW);
    assertThat(quota.isWaiting(NOW.plus(Duration.ofMinutes(54)))).isTrue();
    assertThat(quota.isWaiting(NOW.plus(Duration.ofMinutes(55)))).isFalse();
  }

  @Test
  void countsRoundsAsItWouldAdmitThem() {
    assertThat(Quota.rounds(List.of(), LIMITS)).isZero();
    assertThat(Quota.rounds(chunks(60, 60, 40, 30), LIMITS))
        .as("60 and 40, 60 and 30")
        .isEqualTo(2);
    assertThat(Quota.rounds(chunks(60, 60, 60), LIMITS)).isEqualTo(3);
    assertThat(Quota.rounds(chunks(60, 60, 60), NONE)).isEqualTo(1);
    assertThat(Quota.rounds(chunks(60, 200, 40), LIMITS)).as("one that is too large").isEqualTo(2);
  }

  private static InFlightUsage tokens(long tokens) {
    return new InFlightUsage(tokens, 1);
  }

  private static List<Chunk> chunks(long... tokens) {
    return LongStream.of(tokens)
        .mapToObj(each -> new Chunk("c", 1, List.of(new Part("p", 1, 1, 1, each, Map.of()))))
        .toList();
  }

  private static Limits limits(long tokens, long requests) {
    return new Limits(50_000, 1_000_000, tokens, requests);
  }
}
