package io.beambatch.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When the provider is called again, and which of its errors end a launch. */
class ProviderHealthTest {
  private static final Instant NOW = Instant.parse("2026-11-02T08:00:00Z");

  private final CoordinatorSettings settings =
      TestSettings.of(new RunIdentity("job", "r1", "uid", 0), "poll.interval=1m");
  private final ProviderHealth health = new ProviderHealth(settings, NOW);

  @Test
  void pausesForATenthOfTheTimeSinceTheLastChange() {
    assertThat(health.pause(NOW)).isEqualTo(Duration.ofMillis(250));
    assertThat(health.pause(NOW.plusSeconds(50))).isEqualTo(Duration.ofSeconds(5));
    assertThat(health.pause(NOW.plusSeconds(6_000))).isEqualTo(Duration.ofMinutes(1));

    health.changed(NOW.plusSeconds(6_000));

    assertThat(health.pause(NOW.plusSeconds(6_000))).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void pausesForAsLongAsTheProviderAsks() {
    health.failed(error(Kind.UNAVAILABLE, Duration.ofMinutes(20)), NOW);

    assertThat(health.pause(NOW)).isEqualTo(Duration.ofMinutes(20));
    assertThat(health.quietFor(NOW.plusSeconds(1_199))).isEqualTo(Duration.ofSeconds(1));
    assertThat(health.quietFor(NOW.plusSeconds(1_200))).isZero();
  }

  @Test
  void endsALaunchAfterAnOutageOfAnHour() {
    Instant hour = NOW.plus(Duration.ofHours(1));
    health.failed(error(Kind.NO_REPLY, null), NOW);
    assertThatCode(() -> health.failed(error(Kind.NO_REPLY, null), hour))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> health.failed(error(Kind.NO_REPLY, null), hour.plusMillis(1)))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("has been out of reach for 1h");

    health.recovered();

    assertThatCode(() -> health.failed(error(Kind.NO_REPLY, null), hour.plusMillis(1)))
        .as("another outage")
        .doesNotThrowAnyException();
  }

  @Test
  void endsALaunchThatLooksOnceAtTheFirstOutage() {
    ProviderHealth once = new ProviderHealth(settings.pollingOnce(), NOW);

    assertThatThrownBy(() -> once.failed(error(Kind.UNAVAILABLE, null), NOW))
        .isInstanceOf(BatchException.class)
        .hasMessageContaining("the provider is out of reach; its batches continue");
  }

  @Test
  void waitsAsLongAsAnOutageMayTakeAndNoLonger() {
    Duration longest = Duration.ofHours(1);

    assertThatCode(() -> ProviderHealth.checkWait(error(Kind.UNAVAILABLE, longest), longest))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                ProviderHealth.checkWait(error(Kind.UNAVAILABLE, longest.plusSeconds(1)), longest))
        .isInstanceOf(BatchException.class);
  }

  @ParameterizedTest
  @EnumSource
  void saysOfEachErrorWhetherItMayPassAndWhetherItConcernsAll(Kind kind) {
    Set<Kind> outages = EnumSet.of(Kind.UNAVAILABLE, Kind.NO_REPLY);
    Set<Kind> passing =
        EnumSet.of(Kind.UNAVAILABLE, Kind.NO_REPLY, Kind.FILE_NOT_READY, Kind.CONFLICT);
    Set<Kind> ofAll = EnumSet.of(Kind.UNAUTHORIZED, Kind.FORBIDDEN, Kind.INSUFFICIENT_QUOTA);
    ProviderException error = error(kind, null);
    BatchException fatal = BatchException.of(error);

    assertThat(ProviderHealth.isOutage(error)).isEqualTo(outages.contains(kind));
    assertThat(ProviderHealth.mayPass(error)).isEqualTo(passing.contains(kind));
    assertThat(fatal.mayPass()).isEqualTo(passing.contains(kind));
    assertThat(ProviderHealth.concernsAll(error)).isEqualTo(ofAll.contains(kind));
    assertThat(ProviderHealth.concernsAll(fatal)).isEqualTo(ofAll.contains(kind));
    assertThat(fatal).hasMessageContaining("said so").hasMessageContaining("run the same command");
    if (!outages.contains(kind)) {
      assertThatThrownBy(() -> health.failed(error, NOW)).hasMessage(fatal.getMessage());
    }
  }

  @Test
  void knowsThatAnErrorWithoutACallConcernsOneChunk() {
    BatchException own = new BatchException.OfOneChunk("too large", null);

    assertThat(own.mayPass()).isFalse();
    assertThat(ProviderHealth.concernsAll(own)).isFalse();
  }

  private static ProviderException error(Kind kind, @Nullable Duration asked) {
    return new ProviderException(kind, new ReplyHead(400, null, "req", asked), "said so");
  }
}
