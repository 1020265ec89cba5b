package io.beambatch.provider;

/**
 * The tokens of one answer as the provider counted them; -1 where it gave no count, or one that no
 * answer can have.
 *
 * @param prompt all tokens of the request, those from the cache included
 * @param completion all tokens of the answer, reasoning included
 * @param cached prompt tokens that the provider had in its cache, and charges less for
 * @param reasoning completion tokens that the model spent before its answer
 * @param written prompt tokens that were written to the cache, and are charged more for
 * @param writtenForAnHour those of them that stay there for an hour, and are charged most for
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

  /** Of an answer of which nothing is known to have been written to a cache. */
  public TokenUsage(long prompt, long completion, long cached, long reasoning) {
    this(prompt, completion, cached, reasoning, -1, -1);
  }

  /** The same, with what was written to the provider's cache. */
  public TokenUsage withWritten(long newWritten, long newWrittenForAnHour) {
    return new TokenUsage(prompt, completion, cached, reasoning, newWritten, newWrittenForAnHour);
  }

  /** Leaves out counts that can't be true. */
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
