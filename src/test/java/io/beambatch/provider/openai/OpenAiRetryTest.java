package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.Retries;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiRetryTest extends ProviderFixture {

  @ParameterizedTest
  @ValueSource(ints = {409, 429, 500, 502, 503, 504, 529})
  void passingFaultsAreRepeatedUntilThereIsAnAnswer(int status) throws Exception {
    then(json(status, "no"), json(status, "no"), json(200, batch("in_progress")));

    assertThat(provider.get("batch_1").id()).isEqualTo("batch_1");
    assertThat(taken()).hasSize(3);
    assertThat(waits).hasSize(2);
  }

  @Test
  void aReadThatTimedOutIsRepeatedOnceByOkHttpAndThenByUs() throws Exception {
    then(json(408, "no"), json(408, "no"), json(200, batch("in_progress")));

    assertThat(provider.get("batch_1").id()).isEqualTo("batch_1");
    assertThat(waits).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 401, 403, 404, 405, 413, 422})
  void otherRefusalsAreFinal(int status) {
    then(json(status, "no"), json(200, batch("in_progress")));

    assertThat(failureOf(() -> provider.get("batch_1")).status()).isEqualTo(status);
    assertThat(taken()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void brokenConnectionsAreRepeated() throws Exception {
    then(dropped(), shortened(200, 999, "{"), json(200, batch("failed")));

    assertThat(provider.get("batch_1").status()).isEqualTo(BatchStatus.FAILED);
  }

  @Test
  void waitsDoubleUpToTheLongestAndThenTheCallFails() {
    then(Collections.nCopies(9, json(503, "busy")).toArray(MockResponse[]::new));

    ProviderException failure = failureOf(() -> provider.get("batch_1"));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("tried 6 times");
    assertThat(taken()).hasSize(6);
    assertThat(waits).hasSize(5);
    IntStream.range(0, 5)
        .forEach(
            i ->
                assertThat(waits.get(i))
                    .isBetween(Duration.ofMillis(250L << i), Duration.ofMillis(750L << i)));
  }

  @Test
  void numberOfTriesCanBeSet() {
    then(json(503, "busy"), json(200, batch("in_progress")));

    assertThat(failureOf(() -> provider(ONE_TRY, Duration.ofSeconds(20)).get("b")).status())
        .isEqualTo(503);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Retry-After: 35             | 35000",
        "retry-after: 0.25           | 250",
        "Retry-After: 599            | 599000",
        "retry-after-ms: 1234        | 1234",
        "retry-after-ms: 10.5        | 11",
        "Retry-After: Sun, 22 Nov 2026 10:02:30 GMT | 150000",
      })
  void waitThatIsAskedForIsKeptInFull(String header, long millis) throws Exception {
    then(json(429, "slow", header), json(200, batch("in_progress")));

    provider.get("batch_1");

    assertThat(waits).containsExactly(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Retry-After: 0",
        "Retry-After: -5",
        "Retry-After: soon",
        "Retry-After: Sun, 22 Nov 2026 09:59:59 GMT",
        "retry-after-ms: NaN",
      })
  void wishWithoutSenseLeavesTheUsualWait(String header) throws Exception {
    then(json(429, "slow", header), json(200, batch("in_progress")));

    provider.get("batch_1");

    assertThat(waits).hasSize(1);
    assertThat(waits.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(750));
  }

  @Test
  void millisecondsGoBeforeSeconds() throws Exception {
    then(
        json(429, "slow", "Retry-After: 9", "retry-after-ms: 50"), json(200, batch("in_progress")));

    provider.get("batch_1");

    assertThat(waits).containsExactly(Duration.ofMillis(50));
  }

  @ParameterizedTest
  @ValueSource(strings = {"601", "1e300", "99999999999999999999", "Fri, 01 Jan 2100 00:00:00 GMT"})
  void wishToWaitTooLongEndsTheCallAndIsNamed(String seconds) {
    then(json(429, "slow", "Retry-After: " + seconds), json(200, batch("in_progress")));

    ProviderException failure = failureOf(() -> provider.get("batch_1"));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("asks to wait").hasMessageContaining("600 s");
    assertThat(waits).isEmpty();
  }

  @Test
  void usedUpQuotaIsNotWaitedFor() {
    then(json(429, error("insufficient_quota", "You exceeded your current quota")));

    ProviderException failure = failureOf(() -> provider.list(null, 100));

    assertThat(failure.kind()).isEqualTo(Kind.INSUFFICIENT_QUOTA);
    assertThat(failure).hasMessageContaining("billing");
    assertThat(waits).isEmpty();
  }

  @Test
  void interruptWhileWaitingEndsTheCall() {
    then(json(503, "busy"), json(200, batch("in_progress")));
    OpenAiProvider interrupted =
        new OpenAiProvider(
            settings(baseUrl(), Retries.DEFAULT, Duration.ofSeconds(20)),
            Clock.fixed(NOW, ZoneOffset.UTC),
            wait -> {
              throw new InterruptedException();
            });

    ProviderException failure = failureOf(() -> interrupted.get("batch_1"));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).hasMessageContaining("interrupted while waiting");
    assertThat(taken()).hasSize(1);
  }
}
