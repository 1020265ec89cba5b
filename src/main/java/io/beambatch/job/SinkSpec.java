package io.beambatch.job;

import java.io.Serializable;

/**
 * Where answered documents go.
 *
 * @param path a prefix, local or {@code gs://}; files are called {@code
 *     <path>-<run>-<shard>.<type>}
 */
public record SinkSpec(Type type, String path) implements Serializable {

  /** The formats a sink can have. */
  public enum Type {
    JSONL,
    CSV;

    /** Whether all documents of the sink have the same columns. */
    public boolean hasColumns() {
      return this != JSONL;
    }
  }
}
