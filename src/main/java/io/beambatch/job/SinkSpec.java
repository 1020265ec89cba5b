package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where answered documents go.
 *
 * @param path a prefix, local or {@code gs://}; files are called {@code
 *     <path>-<run>-<shard>.<type>}; null for {@link Type#BIGQUERY}
 * @param table for {@link Type#BIGQUERY}, else null
 */
public record SinkSpec(Type type, @Nullable String path, @Nullable TableSink table)
    implements Serializable {

  /** A sink of files. */
  public SinkSpec(Type type, String path) {
    this(type, path, null);
  }

  /** Where a run's answers are, for people. */
  public String place(String run) {
    return table == null ? path + "-" + run + "-*" : table.table().toString();
  }

  /** The formats a sink can have. */
  public enum Type {
    JSONL,
    CSV,
    BIGQUERY;

    /** Whether all documents of the sink have the same columns. */
    public boolean hasColumns() {
      return this != JSONL;
    }
  }
}
