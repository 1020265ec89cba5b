package io.beambatch.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.TokenCounts;
import io.beambatch.job.CanarySpec;
import io.beambatch.job.Job;
import io.beambatch.job.PriceSpec;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Endpoint;
import io.beambatch.request.PromptCache;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that requests may use, from which the costs of a plan follow, for any model.
 *
 * @param most an upper bound: a request that writes to the provider's prompt cache writes its whole
 *     prompt, as no provider guarantees that a prefix is still there; without the tokens of answers
 *     if they have no limit
 * @param prefixCached the same tokens, if only what is sent first writes the common prefix, and all
 *     other requests read it; null if nothing is sent first
 */
public record PlannedTokens(TokenCounts most, @Nullable TokenCounts prefixCached) {

  /**
   * The tokens of some requests of a job.
   *
   * @param prompts the tokens of their prompts, estimated
   */
  static PlannedTokens of(Job job, long requests, long prompts) {
    RequestSpec request = job.inference().request();
    Long limit = maxCompletions(request, requests);
    TokenCounts plain = TokenCounts.of(prompts, limit == null ? 0 : limit);
    TokenCounts most = request.target().writesCache(request.body()) ? plain.allWritten() : plain;
    if (job.source().isEndless()) {
      return new PlannedTokens(most, null);
    }
    CanarySpec canary = job.inference().canary();
    long first = Math.min(requests, canary == null ? 1 : canary.documents());
    return new PlannedTokens(
        most,
        PromptCache.of(request)
            .filter(PromptCache::mayKeep)
            .map(PromptCache::prefixTokens)
            .map(prefix -> plain.withPrefix(prefix * (requests - first), prefix * first))
            .orElse(null));
  }

  /**
   * The cost in a batch, in USD, with the prefix in the provider's cache; empty if nothing is sent
   * first, or if the price of cached tokens is unknown.
   */
  public Optional<BigDecimal> prefixCachedUsd(PriceSpec price) {
    return prefixCached == null || price.batch().cachedInput() == null
        ? Optional.empty()
        : Optional.of(CostEstimate.of(price, prefixCached).batchUsd());
  }

  /** The maximum of tokens for all answers; null if the requests set no limit. */
  static @Nullable Long maxCompletions(RequestSpec request, long requests) {
    Endpoint endpoint = request.target();
    if (!endpoint.writesText()) {
      return 0L;
    }
    JsonNode body = request.body();
    return endpoint.tokenLimits().stream()
        .map(body::at)
        .filter(JsonNode::canConvertToLong)
        .findFirst()
        .map(most -> Math.multiplyExact(most.longValue(), requests))
        .map(most -> Math.multiplyExact(most, endpoint.answersAsked(body)))
        .orElse(null);
  }
}
