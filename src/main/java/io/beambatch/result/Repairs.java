package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.cost.TokenCounts;
import java.util.List;

/**
 * What models of a chunk were asked to repair, and are to be asked next: counted apart, because it
 * is bought on top of the answers that were asked for first.
 *
 * @param again requests for the next attempt, each with the answer that is to be repaired
 * @param requests of this chunk that asked for a better answer
 * @param answered those of them that got one
 * @param tokens that these requests cost
 */
public record Repairs(List<Part> again, long requests, long answered, TokenCounts tokens) {
  /** Of a chunk in which nothing was repaired, and nothing is to be. */
  public static final Repairs NONE = new Repairs(List.of(), 0, 0, TokenCounts.NONE);

  public Repairs {
    again = List.copyOf(again);
  }

  /** The counts of both. */
  public Repairs plus(Repairs other) {
    return new Repairs(
        List.of(), requests + other.requests, answered + other.answered, tokens.plus(other.tokens));
  }
}
