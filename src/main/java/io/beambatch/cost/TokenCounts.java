package io.beambatch.cost;

import io.beambatch.provider.TokenUsage;

/**
 * The sum of the tokens of many answers. Joined chunks have one, and {@link PriceTable} makes a
 * cost of it.
 *
 * @param prompt all prompt tokens, including cached ones
 * @param completion all completion tokens, including reasoning
 * @param cached prompt tokens that were read from the provider's cache
 * @param reasoning completion tokens that models spent before their answers
 * @param uncounted the number of answers with incomplete token counts: the sums are too low by
 *     theirs
 * @param written prompt tokens that were written to the provider's cache
 * @param writtenForAnHour those of them that are kept for an hour
 */
public record TokenCounts(
    long prompt,
    long completion,
    long cached,
    long reasoning,
    long uncounted,
    long written,
    long writtenForAnHour) {
  /** The counts of no answers. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0);

  /** Counts without cache writes. */
  public TokenCounts(long prompt, long completion, long cached, long reasoning, long uncounted) {
    this(prompt, completion, cached, reasoning, uncounted, 0, 0);
  }

  /** Counts of prompts and completions only, as estimates have them. */
  public static TokenCounts of(long prompt, long completion) {
    return new TokenCounts(prompt, completion, 0, 0, 0);
  }

  /** The same tokens, if all prompt tokens were written to the cache for an hour. */
  public TokenCounts allWritten() {
    return new TokenCounts(prompt, completion, 0, reasoning, uncounted, prompt, prompt);
  }

  /**
   * The same tokens, if some of the prompts' are a prefix that a cache keeps for an hour.
   *
   * @param read from the cache
   * @param newlyWritten to the cache
   */
  public TokenCounts withPrefix(long read, long newlyWritten) {
    return new TokenCounts(
        prompt, completion, read, reasoning, uncounted, newlyWritten, newlyWritten);
  }

  /** The same tokens without any cache. */
  public TokenCounts withoutCache() {
    return new TokenCounts(prompt, completion, 0, reasoning, uncounted);
  }

  /** The sum of both. */
  public TokenCounts plus(TokenCounts other) {
    return new TokenCounts(
        Math.addExact(prompt, other.prompt),
        Math.addExact(completion, other.completion),
        Math.addExact(cached, other.cached),
        Math.addExact(reasoning, other.reasoning),
        Math.addExact(uncounted, other.uncounted),
        Math.addExact(written, other.written),
        Math.addExact(writtenForAnHour, other.writtenForAnHour));
  }

  /**
   * The sum with one more answer.
   *
   * @param writesText whether an answer must have completion tokens
   */
  public TokenCounts plus(TokenUsage answer, boolean writesText) {
    // Tokens kept for an hour cost more: if their number is unknown, so is the cost.
    boolean counted =
        answer.prompt() >= 0
            && (answer.completion() >= 0 || !writesText)
            && (answer.written() <= 0 || answer.writtenForAnHour() >= 0);
    return plus(
        new TokenCounts(
            Math.max(0, answer.prompt()),
            Math.max(0, answer.completion()),
            Math.max(0, answer.cached()),
            Math.max(0, answer.reasoning()),
            counted ? 0 : 1,
            Math.max(0, answer.written()),
            Math.max(0, answer.writtenForAnHour())));
  }
}
