package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.RequestSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * What is under way at the provider, and so counts against the limits of a model.
 *
 * @param tokens estimated prompt tokens
 */
record InFlightUsage(long tokens, long requests) {
  static final InFlightUsage NONE = new InFlightUsage(0, 0);

  /** What is older has expired, whatever the list says of it. */
  static final Duration HORIZON = Duration.ofHours(26);

  static InFlightUsage of(Chunk chunk) {
    return new InFlightUsage(chunk.tokens(), chunk.requests());
  }

  /**
   * What other coordinators, other runs and other programs have under way.
   *
   * @param ownKeys of batches that are counted elsewhere
   */
  static InFlightUsage ofOthers(
      BatchListing batches, Set<String> ownKeys, RequestSpec request, Instant now) {
    Instant oldest = now.minus(HORIZON);
    return batches.all().stream()
        .filter(batch -> !batch.createdAt().isBefore(oldest))
        .filter(batch -> !ownKeys.contains(String.valueOf(BatchMetadata.key(batch))))
        .map(batch -> BatchMetadata.usage(batch, request))
        .reduce(NONE, InFlightUsage::plus);
  }

  InFlightUsage plus(InFlightUsage other) {
    return new InFlightUsage(sum(tokens, other.tokens), sum(requests, other.requests));
  }

  /** The sum of two numbers that are not negative, or the largest number there is. */
  static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
