package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.job.RequestSpec;
import io.beambatch.provider.Batch;
import io.beambatch.provider.Capabilities;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * The requests in flight at the provider, as they count against the limits of a model.
 *
 * @param tokens estimated prompt tokens
 */
record InFlightUsage(long tokens, long requests) {
  static final InFlightUsage NONE = new InFlightUsage(0, 0);

  /** A provider may take a while to end a batch that has expired. */
  private static final Duration AFTER_EXPIRY = Duration.ofHours(2);

  /** The age from which a batch has expired, whatever the list says. */
  static Duration horizon(Capabilities capabilities) {
    return capabilities.expiry().plus(AFTER_EXPIRY);
  }

  static InFlightUsage of(Chunk chunk) {
    return new InFlightUsage(chunk.tokens(), chunk.requests());
  }

  /**
   * What other coordinators, other runs and other programs have in flight.
   *
   * @param isOurs whether a batch is counted elsewhere
   * @param oldest batches created before have expired
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

  /** The sum of two non-negative numbers, capped at {@link Long#MAX_VALUE}. */
  static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
