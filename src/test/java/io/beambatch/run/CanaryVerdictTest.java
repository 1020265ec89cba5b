package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.beambatch.chunk.Part;
import io.beambatch.cost.CostSpread;
import io.beambatch.document.FailureReason;
import io.beambatch.job.CanarySpec;
import io.beambatch.job.Inference;
import io.beambatch.job.JobReader;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a canary shows. A prompt costs nothing, and a token of an answer two dollars. */
class CanaryVerdictTest {
  private static final CanarySpec UNBOUNDED = new CanarySpec(100, Map.of(), null);

  /** 100 requests of which 90 are answered, for 1, 2, 1, 2, … tokens, and ten refused. */
  private static final JoinedChunk TEN_REFUSED =
      joined(90, Map.of(FailureReason.REFUSED, 10L), null, 0, 150, spread(100, 2, 4));

  @Test
  void multipliesTheMeanByAllRequests() throws Exception {
    Projection projection = projection(TEN_REFUSED, 10_000);

    assertThat(projection.requests()).isEqualTo(10_000);
    assertThat(projection.completionTokens()).isEqualTo(15_000);
    assertThat(projection.promptTokens()).isEqualTo(100_000);
    assertThat(projection.costUsd()).isEqualByComparingTo("30000");
    assertThat(projection.failed()).containsExactly(Map.entry("refused", 10L));
  }

  @Test
  void givesAnIntervalOfTheMeansErrorInTheUnboughtPart() throws Exception {
    Projection projection = projection(TEN_REFUSED, 400);

    // Costs of 2 and 4 dollars in turn have a standard deviation of sqrt(100/99).
    double half = 1.96 * Math.sqrt(100.0 / 99) / 10 * 400 * Math.sqrt(0.75);
    assertThat(projection.costUsdLow().doubleValue()).isCloseTo(1200 - half, within(0.001));
    assertThat(projection.costUsdHigh().doubleValue()).isCloseTo(1200 + half, within(0.001));
    assertThat(projection(TEN_REFUSED, 100).costUsdHigh()).isEqualByComparingTo("300");
  }

  @Test
  void stopsAboveAShareAndNotAtIt() throws Exception {
    assertThat(verdict(TEN_REFUSED, Map.of("failed", 10.0), null).passed()).isTrue();
    assertThat(verdict(TEN_REFUSED, Map.of("refused", 9.9), null).outside())
        .containsExactly(
            "refused: 10 of 100 failed (10.0%), more than canary.stop_if.refused allows (9.9%)");
    assertThat(verdict(TEN_REFUSED, Map.of("truncated", 0.0), null).passed()).isTrue();
    assertThat(verdict(TEN_REFUSED, Map.of("failed", 1.0, "refused", 2.0), null).outside())
        .hasSize(2);
  }

  @Test
  void stopsAboveAProjectedCost() throws Exception {
    assertThat(verdict(TEN_REFUSED, Map.of(), "3000").passed()).isTrue();
    CanaryVerdict stopped = verdict(TEN_REFUSED, Map.of(), "2999.99");

    assertThat(stopped.outside())
        .singleElement()
        .asString()
        .contains(
            "about $3000.00 ($2813.12 to $3186.88)", "canary.stop_if.cost_usd allows ($2999.99)");
    JsonMapper json = JsonMapper.builder().build();
    assertThat(json.readValue(json.writeValueAsString(stopped), CanaryVerdict.class))
        .as("what a later launch reads")
        .isEqualTo(stopped);
  }

  @Test
  void doesNotCountWhatHasToBeSentAgain() throws Exception {
    JoinedChunk half =
        joined(40, Map.of(FailureReason.REFUSED, 10L), part(50, 0), 0, 100, spread(50, 4, 4));

    Projection projection = projection(half, 1_000);

    assertThat(projection.settled()).isEqualTo(50);
    assertThat(projection.costUsd()).isEqualByComparingTo("4000");
    assertThat(verdict(half, Map.of("failed", 15.0), null).outside())
        .singleElement()
        .asString()
        .startsWith("10 of 50 failed (20.0%)");
  }

  @Test
  void countsAnAnswerThatIsToBeRepairedAsInvalidAndAsOneMoreRequest() throws Exception {
    JoinedChunk broken = joined(80, Map.of(), null, 20, 100, spread(100, 2, 2));

    Projection projection = projection(broken, 1_000);

    assertThat(projection.failed()).containsExactly(Map.entry("invalid_answer", 20L));
    assertThat(projection.requests()).isEqualTo(1_200);
    assertThat(projection.costUsd()).isEqualByComparingTo("2400");
  }

  @Test
  void knowsNothingFromASampleOfWhichNothingIsSettled() throws Exception {
    JoinedChunk expired = joined(0, Map.of(), part(100, 0), 0, 0, CostSpread.NONE);

    assertThat(projection(expired, 1_000).costUsd()).isNull();
    assertThat(verdict(expired, Map.of("failed", 100.0), null).passed()).isFalse();
    assertThat(verdict(expired, Map.of(), null).passed()).isTrue();
  }

  @Test
  void stopsIfAnUnknownCostIsBounded() throws Exception {
    Projection projection = Projection.of(inference("{}"), List.of(TEN_REFUSED), 1_000);

    assertThat(projection.costUsd()).isNull();
    assertThat(projection.completionTokens()).isEqualTo(1_500);
    assertThat(CanaryVerdict.of(projection, new CanarySpec(9, Map.of(), BigDecimal.TEN)).outside())
        .singleElement()
        .asString()
        .contains("the cost of the run is unknown");
  }

  private static CanaryVerdict verdict(
      JoinedChunk joined, Map<String, Double> shares, @Nullable String costUsd) throws Exception {
    return CanaryVerdict.of(
        projection(joined, 1_000),
        new CanarySpec(
            UNBOUNDED.documents(), shares, costUsd == null ? null : new BigDecimal(costUsd)));
  }

  private static Projection projection(JoinedChunk joined, long requests) throws Exception {
    return Projection.of(
        inference("{m: {input: 0, output: 4000000, batch_output: 2000000}}"),
        List.of(joined),
        requests);
  }

  private static Inference inference(String prices) throws Exception {
    return JobReader.parseInference(
        "{request: {endpoint: /v1/chat/completions, model: m, body: {messages: [{role: user,"
            + " content: '{{text}}'}]}}, result: {field: answer}, prices: "
            + prices
            + "}",
        List.of());
  }

  private static CostSpread spread(int requests, double first, double second) {
    CostSpread spread = CostSpread.NONE;
    for (int i = 0; i < requests; i++) {
      spread = spread.plus(i % 2 == 0 ? first : second);
    }
    return spread;
  }

  private static JoinedChunk joined(
      int answered,
      Map<FailureReason, Long> failures,
      @Nullable Part again,
      int repairs,
      long completion,
      CostSpread spread) {
    long failed = failures.values().stream().mapToLong(Long::longValue).sum();
    int requests =
        Math.toIntExact(answered + failed + repairs + (again == null ? 0 : again.requests()));
    return new JoinedChunk(
        "a1-c00000",
        1,
        "batch_1",
        requests,
        new ResultFile(ResultFile.Kind.ANSWERED, "a1-c00000", "a1-c00000.answered.jsonl", answered),
        null,
        again,
        failures,
        10L * requests,
        completion,
        0,
        0,
        0,
        0,
        0,
        List.of(),
        0,
        0,
        null,
        repairs == 0
            ? Repairs.NONE
            : new Repairs(List.of(part(repairs, 1)), 0, 0, Repairs.NONE.tokens()),
        spread);
  }

  private static Part part(int requests, int repairs) {
    return new Part("r1", requests, requests, 10, 10, Map.of(), List.of(), false, null, repairs);
  }
}
