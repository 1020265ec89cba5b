package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a chunk may have its batch yet, for reasons other than the provider's, such as
 * the cost of the run. It is asked before each creation of a batch, when there is room for it; a
 * chunk whose creation has begun is not asked about again.
 */
@FunctionalInterface
public interface Admission extends Serializable {

  /** Admits every chunk. */
  Admission OPEN = () -> chunk -> Decision.ADMITTED;

  /**
   * Begins to decide about the chunks that have no batch: the data for the decisions is read once.
   */
  Look look();

  /** Admits what both admit; the other one is asked only about what this one admits. */
  default Admission and(Admission other) {
    return () -> {
      Look first = look();
      Look second = other.look();
      return chunk -> {
        Decision decision = first.decide(chunk);
        return decision.verdict() == Verdict.ADMITTED ? second.decide(chunk) : decision;
      };
    };
  }

  /** Decisions about several chunks from the same data. */
  @FunctionalInterface
  interface Look {
    /** Decides; an admitted chunk counts as sent from then on. */
    Decision decide(Chunk chunk) throws IOException;
  }

  /**
   * A decision.
   *
   * @param verdict what happens to the chunk
   * @param waits whether it may change when batches in flight have been joined, so that it is too
   *     early for the verdict
   * @param reason a sentence for users; null if the chunk is admitted
   */
  record Decision(Verdict verdict, boolean waits, @Nullable String reason) {
    /** The decision that a chunk may be sent. */
    public static final Decision ADMITTED = new Decision(Verdict.ADMITTED, false, null);
  }

  /** What happens to a chunk. */
  enum Verdict {
    /** It may have its batch. */
    ADMITTED,
    /** It is set aside for a later launch. */
    LEFT,
    /** It gets no batch, and its documents fail. */
    FAILED
  }
}
