package io.beambatch.batch;

import io.beambatch.chunk.Chunk;

/**
 * What is under way at the provider.
 *
 * @param tokens estimated prompt tokens
 */
record Enqueued(long tokens, long requests) {
  static final Enqueued NONE = new Enqueued(0, 0);

  static Enqueued of(Chunk chunk) {
    return new Enqueued(chunk.tokens(), chunk.requests());
  }

  Enqueued plus(Enqueued other) {
    return new Enqueued(sum(tokens, other.tokens), sum(requests, other.requests));
  }

  /** The sum of two numbers that are not negative, or the largest number there is. */
  static long sum(long one, long other) {
    return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
  }
}
