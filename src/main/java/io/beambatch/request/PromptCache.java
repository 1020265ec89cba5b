package io.beambatch.request;

import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Endpoint;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of a provider's prompt cache before anything is sent: whether the common prefix of
 * all requests is long enough for it. The requests of one batch are processed concurrently, so each
 * would write the prefix to a cold cache, at a price. If it pays, a batch of one request is sent
 * first.
 *
 * @param prefixTokens the estimated length of the prefix
 * @param leastTokens the shortest prefix that the model caches
 */
public record PromptCache(long prefixTokens, int leastTokens) {
  /** The accuracy of this encoding's counts for other providers. */
  private static final double PRECISION = 0.8;

  /**
   * The cache that a request asks for; empty if it asks for none, or its prefix differs between
   * documents.
   */
  public static Optional<PromptCache> of(RequestSpec request) {
    Endpoint endpoint = request.target();
    String prefix = endpoint.keptPrefix(request.body());
    return prefix == null
        ? Optional.empty()
        : Optional.of(
            new PromptCache(
                TokenEstimator.forModel(request.model()).estimate(prefix),
                endpoint.leastKept(request.model())));
  }

  /** Returns whether a first batch of one request is worth its time. */
  public static boolean isPrimed(RequestSpec request) {
    return of(request).filter(PromptCache::mayKeep).isPresent();
  }

  /** Returns whether the prefix is about long enough. */
  public boolean mayKeep() {
    return prefixTokens >= PRECISION * leastTokens;
  }

  /** Compares the prefix with what the model caches, for people. */
  public String description() {
    return mayKeep()
        ? String.format(
            Locale.ROOT,
            "a prefix of about %,d tokens (the model caches %,d and more)",
            prefixTokens,
            leastTokens)
        : "none: " + tooShort();
  }

  private String tooShort() {
    return String.format(
        Locale.ROOT,
        "the prefix that all requests share has about %,d tokens, and the model caches none"
            + " shorter than %,d",
        prefixTokens,
        leastTokens);
  }

  /** The problem with what a request asks to cache; empty if there is none. */
  public static Optional<String> warning(RequestSpec request) {
    return of(request)
        .filter(cache -> !cache.mayKeep())
        .map(cache -> "request.cache saves nothing: " + cache.tooShort());
  }
}
