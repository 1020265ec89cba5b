package io.beambatch.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.job.PriceSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
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
    "text-embedding-3-small, 0.02, 0, 0.01, 0",
    "text-embedding-3-large, 0.13, 0, 0.065, 0"
  })
  void knowsModelsWithAndWithoutADate(
      String model, BigDecimal input, BigDecimal output, BigDecimal batchIn, BigDecimal batchOut) {
    assertThat(table.price(model, Map.of()))
        .hasValueSatisfying(
            price -> {
              assertThat(price.input()).isEqualByComparingTo(input);
              assertThat(price.output()).isEqualByComparingTo(output);
              assertThat(price.batchInput()).isEqualByComparingTo(batchIn);
              assertThat(price.batchOutput()).isEqualByComparingTo(batchOut);
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
    assertThat(table.price(model, Map.of())).isEmpty();
    assertThat(table.cost(model, Map.of(), 1, 1)).isEmpty();
  }

  @Test
  void givesWayToOverrides() {
    assertThat(table.price("gpt-4o", Map.of("gpt-4o", OWN))).contains(OWN);
    assertThat(table.price("gpt-4o-2024-08-06", Map.of("gpt-4o", OWN))).contains(OWN);
    assertThat(table.price("mine", Map.of("mine", OWN))).contains(OWN);
    assertThat(table.price("gpt-4o-mini", Map.of("gpt-4o", OWN)))
        .hasValueSatisfying(price -> assertThat(price.input()).isEqualByComparingTo("0.15"));
  }

  @Test
  void addsUpPromptAndCompletionExactly() {
    CostEstimate cost = table.cost("gpt-4o-mini", Map.of(), 1_234_567, 89).orElseThrow();

    assertThat(cost.realTimeUsd()).isEqualByComparingTo("0.18523845");
    assertThat(cost.batchUsd()).isEqualByComparingTo("0.092619225");
    assertThat(cost.savingUsd()).isEqualByComparingTo("0.092619225");
  }

  @Test
  void costsNothingForNoTokens() {
    assertThat(CostEstimate.of(OWN, 0, 0).batchUsd()).isEqualByComparingTo("0");
  }

  @Test
  void doesNotOverflow() {
    assertThat(CostEstimate.of(OWN, Long.MAX_VALUE, Long.MAX_VALUE).realTimeUsd())
        .isEqualByComparingTo("101457092405402.533877");
  }

  @Test
  void refusesNegativeTokens() {
    assertThatIllegalArgumentException().isThrownBy(() -> CostEstimate.of(OWN, -1, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prices: {}",
        "as_of: 2026-08-01",
        "{as_of: 2026-08-01, prices: {a: {input: 1}}}",
        "{as_of: 2026-08-01, prices: {a: {input: 1, output: 1, extra: 1}}}"
      })
  void refusesATableThatIsIncomplete(String yaml) {
    assertThatThrownBy(
            () -> PriceTable.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IOException.class);
  }
}
