package io.beambatch.cost;

import io.beambatch.provider.TokenUsage;

/**
 * The tokens of many answers, added up.
 *
 * @param prompt all prompt tokens, those from the cache included
 * @param completion all completion tokens, reasoning included
 * @param cached prompt tokens that the provider had in its cache
 * @param reasoning completion tokens that models spent before their answers
 * @param uncounted how many answers came without their tokens: the others' are less than all
 */
public record TokenCounts(
    long prompt, long completion, long cached, long reasoning, long uncounted) {
  /** Of no answers. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0);

  /** Counts of prompts and completions alone, as estimates have them. */
  public static TokenCounts of(long prompt, long completion) {
    return new TokenCounts(prompt, completion, 0, 0, 0);
  }

  /** The sum of both. */
  public TokenCounts plus(TokenCounts other) {
    return new TokenCounts(
        Math.addExact(prompt, other.prompt),
        Math.addExact(completion, other.completion),
        Math.addExact(cached, other.cached),
        Math.addExact(reasoning, other.reasoning),
        Math.addExact(uncounted, other.uncounted));
  }

  /**
   * The sum with one more answer.
   *
   * @param writesText whether an answer has to have completion tokens
   */
  public TokenCounts plus(TokenUsage answer, boolean writesText) {
    boolean counted = answer.prompt() >= 0 && (answer.completion() >= 0 || !writesText);
    return plus(
        new TokenCounts(
            Math.max(0, answer.prompt()),
            Math.max(0, answer.completion()),
            Math.max(0, answer.cached()),
            Math.max(0, answer.reasoning()),
            counted ? 0 : 1));
  }
}
