package io.beambatch.chunk;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Chooses which lines of a plan's parts are sent, before the plan is committed. */
@FunctionalInterface
interface LineSelector extends Serializable {

  /** Sends all lines. */
  LineSelector ALL = (plan, parts) -> new Selected(parts, List.of());

  /**
   * Chooses. What it writes has names that no other choice has: a repetition overwrites nothing.
   *
   * @param plan the name of the plan that is to hold the parts
   */
  Selected select(String plan, List<Part> parts) throws IOException;

  /**
   * What was chosen.
   *
   * @param parts the same parts, each with what of it is sent
   * @param reused the lines that get answers that others have bought
   */
  record Selected(List<Part> parts, List<ReusedLines> reused) {}
}
