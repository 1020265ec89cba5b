package io.beambatch.cost;

/**
 * The tokens of one answer as the provider counted them; -1 where it gave no count.
 *
 * @param prompt all tokens of the request, those from the cache included
 * @param completion all tokens of the answer, reasoning included
 * @param cached prompt tokens that the provider had in its cache, and charges less for
 * @param reasoning completion tokens that the model spent before its answer
 */
public record TokenUsage(long prompt, long completion, long cached, long reasoning) {
  /** Of a request that was not answered. */
  public static final TokenUsage UNKNOWN = new TokenUsage(-1, -1, -1, -1);
}
