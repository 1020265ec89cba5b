package io.beambatch.chunk;

import io.beambatch.job.Limits;
import java.io.Serializable;

/**
 * Where a part is closed and the next begun: at a small share of the limits of a chunk, and of what
 * may be under way at once, so that parts fill chunks well and no chunk is too large to be sent.
 */
record PartLimits(long weight, long bytes, long tokens) implements Serializable {
  private static final int PARTS_A_CHUNK = 25;

  static PartLimits of(Limits limits) {
    return new PartLimits(
        share(Math.min(limits.requests(), limits.enqueuedRequests())),
        share(limits.bytes()),
        share(limits.enqueuedTokens()));
  }

  /**
   * Somewhat narrower limits, by the name of a part. Where nothing but the number of its requests
   * tells a batch from others, few should have the same.
   */
  PartLimits variedBy(String name) {
    return new PartLimits(
        weight - Math.floorMod(name.hashCode(), 1 + weight / PARTS_A_CHUNK), bytes, tokens);
  }

  private static long share(long limit) {
    return Math.max(1, limit / PARTS_A_CHUNK);
  }
}
