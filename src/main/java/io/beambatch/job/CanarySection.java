package io.beambatch.job;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the section {@code canary}. */
final class CanarySection {
  private static final String STOP_IF = "stop_if";
  private static final String COST_USD = "cost_usd";

  private CanarySection() {}

  /** Reads it from the top level of the file; null if there is none. */
  static @Nullable CanarySpec read(Section root) {
    if (root.value("canary").isEmpty()) {
      return null;
    }
    Section section = root.section("canary");
    if (section.value("documents").isEmpty()) {
      section.missing("documents", "it is the number of documents that are bought first");
    }
    int documents = (int) section.number("documents", 1, CanarySpec.MOST, 1);
    Section bounds = section.section(STOP_IF);
    Map<String, Double> shares = new TreeMap<>();
    for (String key : JobKeys.of("canary." + STOP_IF)) {
      if (!key.equals(COST_USD)) {
        bounds
            .quantity(
                key, Quantities::percentage, share -> true, "a share of the sample such as 5%")
            .ifPresent(share -> shares.put(key, share));
      }
    }
    return new CanarySpec(documents, shares, bounds.money(COST_USD).orElse(null));
  }
}
