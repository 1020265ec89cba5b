package io.beambatch.chunk;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chooses which lines of a plan's parts are sent, before the plan is committed. */
@FunctionalInterface
interface LineSelector extends Serializable {

  /** Sends all lines. */
  LineSelector ALL = (plan, parts) -> new Selected(parts, List.of(), null);

  /**
   * Chooses. What it writes has names that no other choice has: a repetition overwrites nothing.
   *
   * @param plan the name of the plan that is to hold the parts
   */
  Selected select(String plan, List<Part> parts) throws IOException;

  /**
   * What was chosen.
   *
   * @param canary the lines that are sent first, as a sample; a part of theirs may share its files
   *     with one of the others
   * @param parts the same parts, each with what else of it is sent; those of whole parts that are
   *     left out have no documents
   * @param reused the lines that get answers that others have bought
   * @param taken the documents that are part of the run, in words; null for all
   */
  record Selected(
      List<Part> canary, List<Part> parts, List<ReusedLines> reused, @Nullable String taken) {

    /** Parts without a canary. */
    Selected(List<Part> parts, List<ReusedLines> reused, @Nullable String taken) {
      this(List.of(), parts, reused, taken);
    }
  }
}
