package io.beambatch.request;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Estimates how many tokens a text has. Counting every text exactly would cost more than all the
 * rest of rendering, so that after {@value #EXACT} texts only one in {@value #SAMPLE} is counted,
 * and the others are taken to have as many tokens a character as those counted had. Not safe to
 * share between threads.
 */
final class TokenEstimator {
  static final int EXACT = 500;
  static final int SAMPLE = 64;

  /** Longer texts are never counted whole. */
  private static final int LONGEST = 50_000;

  private static final EncodingRegistry ENCODINGS = Encodings.newLazyEncodingRegistry();

  private final Encoding encoding;
  private long texts;
  private double countedTokens;
  private double countedChars;

  private TokenEstimator(Encoding encoding) {
    this.encoding = encoding;
  }

  /** For a model: its own encoding, or that of OpenAI's current models where it is unknown. */
  static TokenEstimator forModel(String model) {
    return new TokenEstimator(
        ENCODINGS
            .getEncodingForModel(model)
            .orElseGet(() -> ENCODINGS.getEncoding(EncodingType.O200K_BASE)));
  }

  /** Estimated tokens of a text. */
  long estimate(String text) {
    texts++;
    if (texts > EXACT && texts % SAMPLE != 0) {
      return Math.round(text.length() * countedTokens / Math.max(1, countedChars));
    }
    return count(text);
  }

  private long count(String text) {
    String counted = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    long tokens = encoding.countTokensOrdinary(counted);
    countedTokens += tokens;
    countedChars += counted.length();
    return counted.length() == text.length()
        ? tokens
        : Math.round((double) tokens * text.length() / counted.length());
  }
}
