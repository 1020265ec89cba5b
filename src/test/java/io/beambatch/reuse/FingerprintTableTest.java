package io.beambatch.reuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTableTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 700, 3000, 100_000})
  void findsWhatWasPutHoweverManyWereExpected(int expected) {
    FingerprintTable table = new FingerprintTable(expected);
    for (int i = 0; i < 3000; i++) {
      assertThat(table.get(fingerprint(i))).isEqualTo(FingerprintTable.NONE);
      table.put(fingerprint(i), i);
      table.put(fingerprint(i / 2), i);
    }

    assertThat(table.size()).isEqualTo(3000);
    for (int i = 0; i < 3000; i++) {
      assertThat(table.get(fingerprint(i))).isEqualTo(i < 1500 ? 2 * i + 1 : i);
    }
  }

  /** Neighbours differ in their high bits alone, so that they want the same slot. */
  private static Fingerprint fingerprint(int i) {
    return new Fingerprint(i % 3, new Random(i / 3).nextLong());
  }
}
