package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where documents go that got no answer: JSON lines, whatever the sink's type, or a BigQuery table,
 * or a topic of Pub/Sub. One of them is not null.
 *
 * @param path a prefix, as of the sink
 * @param topic {@code projects/<project>/topics/<name>}
 */
public record FailuresSpec(@Nullable String path, @Nullable TableSink table, @Nullable String topic)
    implements Serializable {

  /** Failures in files. */
  public FailuresSpec(String path) {
    this(path, null, null);
  }

  /** Where a run's failures are, for people. */
  public String place(String run) {
    return topic != null
        ? topic
        : table == null ? path + "-" + run + "-*" : table.table().toString();
  }
}
