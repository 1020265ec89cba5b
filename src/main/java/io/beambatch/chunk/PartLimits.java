package io.beambatch.chunk;

import io.beambatch.job.Limits;
import java.io.Serializable;

/**
 * The size at which a part is closed and the next one begun: a small fraction of the limits on a
 * chunk, and on what may be in flight at once, so that parts fill chunks well and no chunk is too
 * large to be sent.
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
   * Slightly lower limits, varied by the name of a part. If only the number of requests
   * distinguishes a batch from others, few batches should have the same.
   */
  PartLimits variedBy(String name) {
    return new PartLimits(
        weight - Math.floorMod(name.hashCode(), 1 + weight / PARTS_A_CHUNK), bytes, tokens);
  }

  private static long share(long limit) {
    return Math.max(1, limit / PARTS_A_CHUNK);
  }
}
