package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * What is under way at the provider, and so counts against the limits of a model.
 *
 * @param tokens estimated prompt tokens
 */
record InFlightUsage(long tokens, long requests) {
  static final InFlightUsage NONE = new InFlightUsage(0, 0);

  /** A provider may take a while to end what has expired. */
  private static final Duration AFTER_EXPIRY = Duration.ofHours(2);

  /** What is older has expired, whatever the list says of it. */
  static Duration horizon(Capabilities capabilities) {
    return capabilities.expiry().plus(AFTER_EXPIRY);
  }

  static InFlightUsage of(Chunk chunk) {
    return new InFlightUsage(chunk.tokens(), chunk.requests());
  }

  /**
   * What other coordinators, other runs and other programs have under way.
   *
   * @param isOurs whether a batch is counted elsewhere
   * @param oldest what was created before has expired
   */
  static InFlightUsage ofOthers(
      BatchListing batches, Predicate<Batch> isOurs, RequestSpec request, Instant oldest) {
    return batches.all().stream()
        .filter(batch -> !batch.createdAt().isBefore(oldest))
        .filter(batch -> !isOurs.test(batch))
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
