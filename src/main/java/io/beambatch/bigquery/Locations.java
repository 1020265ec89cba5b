package io.beambatch.bigquery;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Knows which datasets can load from which buckets: from those in the same location; datasets in
 * the US from all.
 */
final class Locations {
  private static final String ANYWHERE = "US";
  private static final Pattern REGION = Pattern.compile("[A-Z]+-[A-Z]+[0-9]+");

  /** Prefixes of the names of multi-regions, dual-regions and regions. */
  private static final Map<String, List<String>> CONTINENTS =
      Map.of(
          "Europe", List.of("EU"),
          "America", List.of("US", "NAM", "NORTHAMERICA", "SOUTHAMERICA"),
          "Asia", List.of("ASIA"));

  private Locations() {}

  /**
   * Returns whether a dataset certainly can't load from a bucket. Uncertain cases, such as a region
   * within a multi-region, are left to BigQuery.
   */
  static boolean areApart(String dataset, String bucket) {
    String one = dataset.toUpperCase(Locale.ROOT);
    String other = bucket.toUpperCase(Locale.ROOT);
    if (one.equals(ANYWHERE) || one.isEmpty() || other.isEmpty()) {
      return false;
    }
    if (REGION.matcher(one).matches() && REGION.matcher(other).matches()) {
      return !one.equals(other);
    }
    String here = continent(one);
    String there = continent(other);
    return !here.isEmpty() && !there.isEmpty() && !here.equals(there);
  }

  private static String continent(String location) {
    return CONTINENTS.entrySet().stream()
        .filter(entry -> entry.getValue().stream().anyMatch(location::startsWith))
        .map(Map.Entry::getKey)
        .findAny()
        .orElse("");
  }
}
