package io.beambatch.cost;

import io.beambatch.provider.TokenUsage;

/**
 * The tokens of many answers, added up.
 *
 * @param prompt all prompt tokens, those from the cache included
 * @param completion all completion tokens, reasoning included
 * @param cached prompt tokens that the provider had in its cache
 * @param reasoning completion tokens that models spent before their answers
 * @param uncounted how many answers came without all of their tokens: the others' are less than all
 * @param written prompt tokens that were written to the provider's cache
 * @param writtenForAnHour those of them that stay there for an hour
 */
public record TokenCounts(
    long prompt,
    long completion,
    long cached,
    long reasoning,
    long uncounted,
    long written,
    long writtenForAnHour) {
  /** Of no answers. */
  public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0);

  /** Of answers for which nothing was written to a cache. */
  public TokenCounts(long prompt, long completion, long cached, long reasoning, long uncounted) {
    this(prompt, completion, cached, reasoning, uncounted, 0, 0);
  }

  /** Counts of prompts and completions alone, as estimates have them. */
  public static TokenCounts of(long prompt, long completion) {
    return new TokenCounts(prompt, completion, 0, 0, 0);
  }

  /** The same tokens, if all of the prompts were written to the cache for an hour. */
  public TokenCounts allWritten() {
    return new TokenCounts(prompt, completion, 0, reasoning, uncounted, prompt, prompt);
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
   * @param writesText whether an answer has to have completion tokens
   */
  public TokenCounts plus(TokenUsage answer, boolean writesText) {
    // What stays for an hour costs more: where that isn't told, the cost isn't known.
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
