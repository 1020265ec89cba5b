package io.beambatch.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.cost.CostEstimate.Bound;
import io.beambatch.job.Inference;
import io.beambatch.job.JobReader;
import io.beambatch.job.PriceSpec;
import io.beambatch.provider.TokenUsage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTableTest {
  private static final PriceSpec OWN =
      PriceSpec.of(BigDecimal.ONE, BigDecimal.TEN, null, new BigDecimal(2));

  private final PriceTable table = PriceTable.shipped();

  @Test
  void isDated() {
    assertThat(table.asOf()).isAfter(LocalDate.of(2026, 1, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o-mini, 0.15, 0.60, 0.075, 0.30",
    "gpt-4o-mini-2024-07-18, 0.15, 0.60, 0.075, 0.30",
    "gpt-4o, 2.50, 10, 1.25, 5",
    "gpt-4o-20240806, 2.50, 10, 1.25, 5",
    "gpt-4.1-nano, 0.10, 0.40, 0.05, 0.20",
    "gpt-5.5, 5, 30, 2.5, 15",
    "o3, 2, 8, 1, 4",
    "claude-haiku-4-5-20251001, 1, 5, 0.5, 2.5",
    "claude-sonnet-4-6, 3, 15, 1.5, 7.5",
    "claude-opus-5, 5, 25, 2.5, 12.5",
    "text-embedding-3-small, 0.02, 0, 0.01, 0",
    "text-embedding-3-large, 0.13, 0, 0.065, 0"
  })
  void knowsModelsWithAndWithoutADate(
      String model, BigDecimal input, BigDecimal output, BigDecimal batchIn, BigDecimal batchOut) {
    assertThat(table.price(provider(model), model, Map.of()))
        .hasValueSatisfying(
            price -> {
              assertThat(price.realTime().input()).isEqualByComparingTo(input);
              assertThat(price.realTime().output()).isEqualByComparingTo(output);
              assertThat(price.batch().input()).isEqualByComparingTo(batchIn);
              assertThat(price.batch().output()).isEqualByComparingTo(batchOut);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-4o-mini-foo",
        "gpt-4o-mini-2024",
        "gpt-4o-mini-2024-07-18-foo",
        "gpt-4o-minimal",
        "gpt-4",
        "my-gpt-4o",
        "-2024-07-18",
        ""
      })
  void doesNotKnowOtherModels(String model) {
    assertThat(table.price("openai", model, Map.of())).isEmpty();
  }

  @Test
  void doesNotTakeOneProvidersPriceForThatOfAnother() throws Exception {
    assertThat(table.price("openrouter", "gpt-4o-mini", Map.of())).isEmpty();
    assertThat(table.price("openrouter", "gpt-4o-mini", Map.of("gpt-4o-mini", OWN))).contains(OWN);
    Inference routed =
        JobReader.read("pipelines/sentiment.yaml", List.of("request.provider=openrouter"))
            .inference();
    assertThat(table.cost(routed, TokenCounts.of(1, 1))).isEmpty();
  }

  @Test
  void givesWayToOverrides() {
    assertThat(table.price("openai", "gpt-4o", Map.of("gpt-4o", OWN))).contains(OWN);
    assertThat(table.price("openai", "gpt-4o-2024-08-06", Map.of("gpt-4o", OWN))).contains(OWN);
    assertThat(table.price("openai", "mine", Map.of("mine", OWN))).contains(OWN);
    assertThat(table.price("openai", "gpt-4o-mini", Map.of("gpt-4o", OWN)))
        .hasValueSatisfying(
            price -> assertThat(price.realTime().input()).isEqualByComparingTo("0.15"));
  }

  @Test
  void addsUpPromptAndCompletionExactly() {
    CostEstimate cost =
        CostEstimate.of(
            table.price("openai", "gpt-4o-mini", Map.of()).orElseThrow(),
            TokenCounts.of(1_234_567, 89));

    assertThat(cost.realTimeUsd()).isEqualByComparingTo("0.18523845");
    assertThat(cost.batchUsd()).isEqualByComparingTo("0.092619225");
    assertThat(cost.savingUsd()).isEqualByComparingTo("0.092619225");
  }

  @Test
  void costsNothingForNoTokens() {
    assertThat(CostEstimate.of(OWN, TokenCounts.of(0, 0)).batchUsd()).isEqualByComparingTo("0");
  }

  @Test
  void doesNotOverflow() {
    assertThat(CostEstimate.of(OWN, TokenCounts.of(Long.MAX_VALUE, Long.MAX_VALUE)).realTimeUsd())
        .isEqualByComparingTo("101457092405402.533877");
  }

  @Test
  void refusesNegativeTokens() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CostEstimate.of(OWN, TokenCounts.of(-1, 0)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prices: {}",
        "as_of: 2026-08-01",
        "{as_of: 2026-08-01, prices: {p: {a: {input: 1}}}}",
        "{as_of: 2026-08-01, prices: {p: {a: {input: 1, output: 1, extra: 1}}}}"
      })
  void refusesATableThatIsIncomplete(String yaml) {
    assertThatThrownBy(
            () -> PriceTable.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void tokensFromTheCacheCostWhatTheyCostOrAtMostTheFullPrice() {
    TokenCounts tokens = new TokenCounts(1_000_000, 0, 400_000, 0, 0);

    CostEstimate unknown = CostEstimate.of(OWN, tokens);
    assertThat(unknown.batchUsd()).isEqualByComparingTo("0.5");
    assertThat(unknown.batchBound()).isEqualTo(Bound.AT_MOST);

    CostEstimate known = CostEstimate.of(cached("0.1", "0.05"), tokens);
    assertThat(known.batchUsd()).isEqualByComparingTo("0.32");
    assertThat(known.realTimeUsd()).isEqualByComparingTo("0.64");
    assertThat(known.batchBound()).isEqualTo(Bound.EXACT);
  }

  @Test
  void answersWithoutTheirTokensMakeACostALeast() {
    TokenCounts tokens =
        TokenCounts.NONE
            .plus(new TokenUsage(10, 2, 5, 1), true)
            .plus(new TokenUsage(-1, -1, -1, -1), true)
            .plus(new TokenUsage(10, -1, -1, -1), false)
            .plus(new TokenUsage(999_999_999_999_999_999L, 3, 4, 4), true);

    assertThat(tokens).isEqualTo(new TokenCounts(20, 5, 5, 1, 2));
    assertThat(CostEstimate.of(cached("1", "1"), tokens).batchBound()).isEqualTo(Bound.AT_LEAST);
    assertThat(CostEstimate.of(OWN, tokens).batchBound()).isEqualTo(Bound.ABOUT);
  }

  @Test
  void tokensThatAreWrittenToTheCacheCostWhatTheyCostOrAtLeastTheFullPrice() {
    TokenCounts tokens = new TokenCounts(1_000_000, 0, 100_000, 0, 0, 500_000, 200_000);

    CostEstimate known =
        CostEstimate.of(
            table.price("anthropic", "claude-haiku-4-5", Map.of()).orElseThrow(), tokens);
    // 0.4 at 1, 0.1 at 0.10, 0.3 at 1.25 and 0.2 at 2 USD; half of all that in a batch.
    assertThat(known.realTimeUsd()).isEqualByComparingTo("1.185");
    assertThat(known.batchUsd()).isEqualByComparingTo("0.5925");
    assertThat(known.batchBound()).isEqualTo(Bound.EXACT);

    CostEstimate unknown = CostEstimate.of(cached("0.1", "0.05"), tokens);
    assertThat(unknown.realTimeUsd()).isEqualByComparingTo("0.91");
    assertThat(unknown.batchBound()).isEqualTo(Bound.AT_LEAST);
    assertThat(CostEstimate.of(OWN, tokens).batchBound()).isEqualTo(Bound.ABOUT);
  }

  @Test
  void anAnswerThatDoesNotTellForHowLongItWroteIsNotCounted() {
    TokenCounts tokens =
        TokenCounts.NONE
            .plus(new TokenUsage(100, 2, 0, 0).withWritten(50, -1), true)
            .plus(new TokenUsage(100, 2, 0, 0).withWritten(0, -1), true)
            .plus(new TokenUsage(100, 2, 0, 0).withWritten(50, 20), true);

    assertThat(tokens).isEqualTo(new TokenCounts(300, 6, 0, 0, 1, 100, 20));
  }

  private static PriceSpec cached(String realTime, String batch) {
    return new PriceSpec(
        OWN.realTime().withCache(new BigDecimal(realTime), null, null),
        OWN.batch().withCache(new BigDecimal(batch), null, null));
  }

  @ParameterizedTest
  @CsvSource({
    "0, $0.00",
    "0.00001234, under $0.0001",
    "0.000123, $0.00012",
    "0.00996, $0.0100",
    "0.0456, $0.046",
    "0.5, $0.50",
    "12.345, $12.35",
    "1234.5, $1234.50"
  })
  void amountsAreShownToTwoDigitsAndNeverAsNothing(String usd, String shown) {
    assertThat(Money.show(new BigDecimal(usd))).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "0.00015, 0.0003, $0.00015, $0.00030, $0.00015",
    "0.0123, 0.0246, $0.012, $0.025, $0.013",
    "1.005, 2.01, $1.01, $2.01, $1.00",
    "0.00001, 0.00002, under $0.0001, under $0.0001, under $0.0001",
    "0.02, 0.01, $0.020, $0.010, -$0.010"
  })
  void costsAddUpAsTheyAreShown(
      String batch, String realTime, String batchShown, String realTimeShown, String saving) {
    assertThat(Money.compare(new BigDecimal(batch), new BigDecimal(realTime)))
        .isEqualTo(new Money.Comparison(batchShown, realTimeShown, saving));
  }

  @ParameterizedTest
  @CsvSource({
    "EXACT, $0.02, $0.02",
    "AT_MOST, $0.02, at most $0.02",
    "AT_LEAST, $0.02, at least $0.02",
    "AT_MOST, under $0.0001, under $0.0001",
    "AT_LEAST, under $0.0001, under $0.0001 for what was counted"
  })
  void boundsOfCostsAreSaidInWholeSentences(CostEstimate.Bound bound, String amount, String said) {
    assertThat(bound.of(amount)).isEqualTo(said);
  }

  private static String provider(String model) {
    return model.startsWith("claude") ? "anthropic" : "openai";
  }
}
