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
   * Chooses the lines. Its files have unique names, so a repetition overwrites nothing.
   *
   * @param plan the name of the plan that will hold the parts
   */
  Selected select(String plan, List<Part> parts) throws IOException;

  /**
   * What was chosen.
   *
   * @param first parts of the lines that are sent first; such a part may share its files with a
   *     part of the other lines
   * @param parts the given parts, each reduced to its other lines that are sent; a part without
   *     such lines has no requests
   * @param reused the lines that get answers to other requests
   * @param taken the documents that are part of the run, in words; null for all
   */
  record Selected(
      List<Part> first, List<Part> parts, List<ReusedLines> reused, @Nullable String taken) {

    /** Parts of which none is sent first. */
    Selected(List<Part> parts, List<ReusedLines> reused, @Nullable String taken) {
      this(List.of(), parts, reused, taken);
    }
  }
}
