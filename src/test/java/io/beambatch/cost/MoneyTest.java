package io.beambatch.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class MoneyTest {
  @Test
  void anExpectedAmountThatIsTinyIsUnderTheLeastOne() {
    assertThat(Money.about(new BigDecimal("12.4"))).isEqualTo("about $12.40");
    assertThat(Money.about(new BigDecimal("0.00001"))).isEqualTo("under $0.0001");
  }

  @Test
  void anIntervalOfTinyAmountsIsOneAmount() {
    BigDecimal tiny = new BigDecimal("0.00001");
    assertThat(Money.range(tiny, new BigDecimal("0.00002"))).isEqualTo("under $0.0001");
    assertThat(Money.range(tiny, new BigDecimal("0.5"))).isEqualTo("under $0.0001 to $0.50");
  }
}
