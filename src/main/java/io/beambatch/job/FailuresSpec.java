package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where documents go that got no answer: JSON lines, whatever the sink's type, or a BigQuery table.
 *
 * @param path a prefix, as of the sink; null if they go to a table
 * @param table null if they go to files
 */
public record FailuresSpec(@Nullable String path, @Nullable TableSink table)
    implements Serializable {

  /** Failures in files. */
  public FailuresSpec(String path) {
    this(path, null);
  }

  /** Where a run's failures are, for people. */
  public String place(String run) {
    return table == null ? path + "-" + run + "-*" : table.table().toString();
  }
}
