package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers on local disk. */
class LocalAnswersTest {
  @Test
  void areReadInAnyOrderWhateverTheirLength() throws IOException {
    Random random = new Random(1);
    Map<Long, byte[]> added = new LinkedHashMap<>();
    try (LocalAnswers answers = LocalAnswers.create()) {
      for (int length : List.of(0, 1, 2043, 2044, 2045, 2048, 100_000, 3)) {
        byte[] answer = new byte[length];
        random.nextBytes(answer);
        added.put(answers.add(answer), answer);
      }
      List<Long> places = added.keySet().stream().sorted((a, b) -> Long.compare(b, a)).toList();

      assertThat(places).hasSize(8);
      for (long place : places) {
        assertThat(answers.at(place)).isEqualTo(added.get(place));
      }
    }
  }
}
