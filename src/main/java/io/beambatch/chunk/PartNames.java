package io.beambatch.chunk;

import io.beambatch.request.RequestLine;
import java.security.SecureRandom;

/** Names of parts: random, so that no two bundles, retries or runs ever share one. */
final class PartNames {
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final SecureRandom RANDOM = new SecureRandom();

  private PartNames() {}

  static String random() {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < RequestLine.PART_NAME_CHARS; i++) {
      name.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }
}
