package io.beambatch.result;

import io.beambatch.chunk.Part;
import io.beambatch.cost.TokenCounts;
import java.util.List;

/**
 * The repairs of a chunk's answers: those that were requested, and those to request next. They are
 * counted separately, because they are paid for on top of the first answers.
 *
 * @param again requests for the next attempt, each with the answer to repair
 * @param requests the number of this chunk's requests for a better answer
 * @param answered how many of them got one
 * @param tokens the tokens of these requests
 */
public record Repairs(List<Part> again, long requests, long answered, TokenCounts tokens) {
  /** The repairs of a chunk without any. */
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
