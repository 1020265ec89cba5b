package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a chunk may have its batch yet, for reasons other than the provider's, such as
 * the cost of the run. It is asked before each creation of a batch, when there is room for it.
 */
@FunctionalInterface
public interface Admission extends Serializable {

  /** Admits every chunk. */
  Admission OPEN = () -> chunk -> Decision.ADMITTED;

  /** Returns what decides about the chunks without a batch; it reads the data for it once. */
  Decider decider();

  /** Admits what both admit; the other one is asked only about what this one admits. */
  default Admission and(Admission other) {
    return () -> new Both(decider(), other.decider());
  }

  /** Decides about several chunks from the same data. */
  @FunctionalInterface
  interface Decider {
    /** Decides; an admitted chunk counts as sent from then on. */
    Decision decide(Chunk chunk) throws IOException;

    /**
     * Decides about an admitted chunk whose creation brought no batch, and is repeated; another day
     * may have begun.
     */
    default Decision decideAgain(Chunk chunk) throws IOException {
      return Decision.ADMITTED;
    }
  }

  /** Two that must both admit a chunk. */
  record Both(Decider first, Decider second) implements Decider {
    @Override
    public Decision decide(Chunk chunk) throws IOException {
      Decision decision = first.decide(chunk);
      return decision.action() == Action.ADMIT ? second.decide(chunk) : decision;
    }

    @Override
    public Decision decideAgain(Chunk chunk) throws IOException {
      Decision decision = first.decideAgain(chunk);
      return decision.action() == Action.ADMIT ? second.decideAgain(chunk) : decision;
    }
  }

  /**
   * A decision.
   *
   * @param action what happens to the chunk
   * @param provisional whether it may change when batches in flight have been joined
   * @param reason a sentence for users; null if the chunk is admitted
   */
  record Decision(Action action, boolean provisional, @Nullable String reason) {
    /** The decision that a chunk may be sent. */
    public static final Decision ADMITTED = new Decision(Action.ADMIT, false, null);
  }

  /** What happens to a chunk. */
  enum Action {
    /** It gets its batch. */
    ADMIT,
    /** It is set aside for a later launch. */
    SET_ASIDE,
    /** It gets no batch, and its documents fail. */
    FAIL
  }
}
