package io.beambatch.batch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps a chunk from going on, where that doesn't keep the others, too. Where another launch
 * goes on with what is left, the other chunks go first; else it ends this one.
 */
final class ChunkFailures {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkFailures.class);

  private final WaitPolicy waitPolicy;
  private @Nullable BatchException last;

  ChunkFailures(WaitPolicy waitPolicy) {
    this.waitPolicy = waitPolicy;
  }

  /**
   * Leaves a chunk where it is.
   *
   * @throws ChunkException the same, if nobody comes after this launch
   */
  void record(ChunkException e) {
    if (!waitPolicy.leavesRest()) {
      throw e;
    }
    LOG.warn("a chunk is left where it is: {}", e.getMessage());
    last = e;
  }

  /** The last of them. */
  Optional<BatchException> last() {
    return Optional.ofNullable(last);
  }
}
