package io.beambatch.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
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
    Map<Integer, ByteBuffer> added = new LinkedHashMap<>();
    try (LocalAnswers answers = LocalAnswers.create()) {
      for (int length : List.of(0, 1, 65_535, 65_536, 65_537, 200_000, 0, 3)) {
        byte[] answer = new byte[length];
        random.nextBytes(answer);
        added.put(answers.add(ByteBuffer.wrap(answer)), ByteBuffer.wrap(answer));
      }
      List<Integer> numbers = added.keySet().stream().sorted(Comparator.reverseOrder()).toList();

      assertThat(numbers).hasSize(8);
      for (int number : numbers) {
        assertThat(answers.get(number)).isEqualTo(added.get(number));
      }
    }
  }
}
