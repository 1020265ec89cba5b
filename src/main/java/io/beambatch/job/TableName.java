package io.beambatch.job;

import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A BigQuery table by its full name, as the job file gives it. */
public record TableName(String project, String dataset, String table) implements Serializable {
  private static final Pattern NAME =
      Pattern.compile(
          "((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9])[:.]"
              + "([A-Za-z0-9_]{1,1024})\\."
              + "([\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd}]{1,1024})");

  /**
   * Parses {@code project:dataset.table} or {@code project.dataset.table}; empty for other texts.
   */
  static Optional<TableName> parse(String text) {
    Matcher matcher = NAME.matcher(text);
    return matcher.matches()
        ? Optional.of(new TableName(matcher.group(1), matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /** As in the job file: {@code project:dataset.table}. */
  @Override
  public String toString() {
    return project + ":" + dataset + "." + table;
  }
}
