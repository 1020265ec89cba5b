package io.beambatch.localserver;

/** Tokens, added up. */
final class Usage {
  long input;
  long output;

  void add(long inputTokens, long outputTokens) {
    input += inputTokens;
    output += outputTokens;
  }
}
