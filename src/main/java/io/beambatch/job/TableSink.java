package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How documents go into a BigQuery table.
 *
 * @param partition how a table that is created is partitioned, or null
 */
public record TableSink(
    TableName table,
    WriteDisposition writeDisposition,
    CreateDisposition createDisposition,
    @Nullable Partition partition)
    implements Serializable {

  /** What happens to rows that are there when a run begins to write. */
  public enum WriteDisposition {
    /** They stay. */
    APPEND,
    /** They are deleted, once a run. */
    TRUNCATE,
    /** There may be none. */
    EMPTY
  }

  /** Whether a table is created that isn't there. */
  public enum CreateDisposition {
    IF_NEEDED,
    NEVER
  }

  /**
   * Partitions by time.
   *
   * @param field a column of type DATE, TIMESTAMP or DATETIME, or null for the time of loading
   */
  public record Partition(@Nullable String field, Type type) implements Serializable {
    /** How much time a partition spans. */
    public enum Type {
      DAY,
      HOUR,
      MONTH,
      YEAR
    }
  }

  /** A table for rows that only get more. */
  static TableSink appending(TableName table) {
    return new TableSink(table, WriteDisposition.APPEND, CreateDisposition.IF_NEEDED, null);
  }
}
