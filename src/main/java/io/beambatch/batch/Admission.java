package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a chunk may have its batch yet, for reasons that are none of the provider's, such
 * as what the run may cost. It is asked each time before a batch is created, when there is room for
 * it; a chunk whose creation has begun is not asked about again.
 */
@FunctionalInterface
public interface Admission extends Serializable {

  /** Lets every chunk pass. */
  Admission OPEN = () -> chunk -> Decision.ADMITTED;

  /** Begins a look at the chunks that have no batch: what it takes to decide is read once. */
  Look look();

  /** One look at several chunks. */
  @FunctionalInterface
  interface Look {
    /** Decides; a chunk that is admitted counts as sent from then on. */
    Decision decide(Chunk chunk) throws IOException;
  }

  /**
   * What is decided.
   *
   * @param verdict what becomes of the chunk
   * @param waits whether that may change when batches of the run that are under way have been
   *     joined, so that it is too early for the verdict
   * @param reason a sentence for users; null of what is admitted
   */
  record Decision(Verdict verdict, boolean waits, @Nullable String reason) {
    /** Of a chunk that may be sent. */
    public static final Decision ADMITTED = new Decision(Verdict.ADMITTED, false, null);
  }

  /** What becomes of a chunk. */
  enum Verdict {
    /** It may have its batch. */
    ADMITTED,
    /** It is left to a later launch. */
    LEFT,
    /** It gets no batch, and its documents fail. */
    FAILED
  }
}
