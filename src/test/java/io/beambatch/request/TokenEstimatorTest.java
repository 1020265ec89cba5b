package io.beambatch.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class TokenEstimatorTest {
  private static final String[] WORDS =
      "the battery lasted three days, straße übermäßig 値段が高い wonderful 12345 unbelievably"
          .split(" ");

  @Test
  void theFirstTextsAreCountedExactly() {
    Encoding exact = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    TokenEstimator estimator = TokenEstimator.forModel("gpt-4o-mini");
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      String text = text(random, 60);
      assertThat(estimator.estimate(text)).isEqualTo(exact.countTokensOrdinary(text));
    }
  }

  @Test
  void theSumOfManyEstimatesIsWithinTwoPercent() {
    Encoding exact = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);
    TokenEstimator estimator = TokenEstimator.forModel("gpt-4o-mini");
    Random random = new Random(2);
    long estimated = 0;
    long counted = 0;
    for (int i = 0; i < 10_000; i++) {
      String text = text(random, 1 + random.nextInt(80));
      estimated += estimator.estimate(text);
      counted += exact.countTokensOrdinary(text);
    }
    assertThat(estimated).isCloseTo(counted, Percentage.withPercentage(2));
  }

  @Test
  void anUnknownModelIsCountedLikeACurrentOne() {
    assertThat(TokenEstimator.forModel("nobody/knows-it").estimate("hello world")).isEqualTo(2);
  }

  private static String text(Random random, int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return text.toString();
  }
}
