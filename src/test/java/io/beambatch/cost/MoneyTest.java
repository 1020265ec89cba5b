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

  @Test
  void anAmountThatIsComparedHasAllItsDigits() {
    assertThat(Money.exact(new BigDecimal("89.000000"))).isEqualTo("$89.00");
    assertThat(Money.exact(new BigDecimal("0.000137"))).isEqualTo("$0.000137");
    assertThat(Money.exact(new BigDecimal("1E+2"))).isEqualTo("$100.00");
    assertThat(Money.exact(BigDecimal.ZERO)).isEqualTo("$0.00");
  }
}
