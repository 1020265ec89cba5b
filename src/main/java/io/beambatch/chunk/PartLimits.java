package io.beambatch.chunk;

import io.beambatch.job.Limits;
import java.io.Serializable;

/**
 * Where a part is closed and the next begun: at a small share of the limits of a chunk, so that
 * parts fill chunks well.
 */
record PartLimits(long weight, long bytes, long tokens) implements Serializable {
  private static final int PARTS_A_CHUNK = 25;

  static PartLimits of(Limits limits) {
    return new PartLimits(
        share(limits.requests()), share(limits.bytes()), share(limits.enqueuedTokens()));
  }

  private static long share(long limit) {
    return Math.max(1, limit / PARTS_A_CHUNK);
  }
}
