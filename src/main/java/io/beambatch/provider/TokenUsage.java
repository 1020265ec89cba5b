package io.beambatch.provider;

/**
 * The tokens of one answer as the provider counted them; -1 where it gave no count, or an
 * impossible one.
 *
 * @param prompt all tokens of the request, including cached ones
 * @param completion all tokens of the answer, including reasoning
 * @param cached prompt tokens that were read from the provider's cache, at a lower price
 * @param reasoning completion tokens that the model spent before its answer
 * @param written prompt tokens that were written to the cache, at a higher price
 * @param writtenForAnHour those of them that are kept for an hour, at the highest price
 */
public record TokenUsage(
    long prompt,
    long completion,
    long cached,
    long reasoning,
    long written,
    long writtenForAnHour) {
  /** A thousand times more than any model takes: sums of such counts stay exact. */
  private static final long MOST = 1_000_000_000;

  /** Usage without counts of cache writes. */
  public TokenUsage(long prompt, long completion, long cached, long reasoning) {
    this(prompt, completion, cached, reasoning, -1, -1);
  }

  /** A copy with counts of cache writes. */
  public TokenUsage withWritten(long newWritten, long newWrittenForAnHour) {
    return new TokenUsage(prompt, completion, cached, reasoning, newWritten, newWrittenForAnHour);
  }

  /** Drops impossible counts. */
  public TokenUsage {
    prompt = plausible(prompt, MOST);
    completion = plausible(completion, MOST);
    cached = plausible(cached, prompt);
    reasoning = plausible(reasoning, completion);
    written = plausible(written, prompt);
    writtenForAnHour = plausible(writtenForAnHour, written);
  }

  private static long plausible(long count, long most) {
    return count < 0 || count > most ? -1 : count;
  }
}
