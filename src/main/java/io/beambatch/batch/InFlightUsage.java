package io.beambatch.batch;

import io.beambatch.chunk.Chunk;

/**
 * What is under way at the provider.
 *
 * @param tokens estimated prompt tokens
 */
record InFlightUsage(long tokens, long requests) {
  static final InFlightUsage NONE = new InFlightUsage(0, 0);

  static InFlightUsage of(Chunk chunk) {
    return new InFlightUsage(chunk.tokens(), chunk.requests());
  }

  InFlightUsage plus(InFlightUsage other) {
    return new InFlightUsage(sum(tokens, other.tokens), sum(requests, other.requests));
  }

  /** The sum of two numbers that are not negative, or the largest number there is. */
  static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
