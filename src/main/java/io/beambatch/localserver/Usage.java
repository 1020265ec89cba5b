package io.beambatch.localserver;

/** A sum of tokens. */
final class Usage {
  long input;
  long output;

  void add(long inputTokens, long outputTokens) {
    input += inputTokens;
    output += outputTokens;
  }
}
