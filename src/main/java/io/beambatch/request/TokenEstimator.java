package io.beambatch.request;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;

/**
 * Estimates the number of tokens of a text. An exact count of every text would cost more than all
 * the rest of rendering. So after {@value #EXACT} texts only one in {@value #SAMPLE} is counted,
 * and the others are assumed to have the same number of tokens per character. Not thread-safe.
 */
final class TokenEstimator {
  static final int EXACT = 500;
  static final int SAMPLE = 64;

  /** Longer texts are never counted completely. */
  private static final int LONGEST = 50_000;

  private static final EncodingRegistry ENCODINGS = Encodings.newLazyEncodingRegistry();

  private final Encoding encoding;
  private long texts;
  private double countedTokens;
  private double countedChars;

  private TokenEstimator(Encoding encoding) {
    this.encoding = encoding;
  }

  /**
   * An estimator for a model: with its own encoding, or that of OpenAI's current models if it is
   * unknown.
   */
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
