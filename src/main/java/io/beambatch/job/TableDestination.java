package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.beambatch.job.FileDestination.Compression;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Documents as rows of a BigQuery table. It is a {@code sink}, or the {@code failures}, of the job
 * file.
 *
 * @param partition the partitioning of a table that is created, or null
 */
public record TableDestination(
    TableName table,
    WriteDisposition writeDisposition,
    CreateDisposition createDisposition,
    @Nullable Partition partition)
    implements Destination {
  /** BigQuery allows 1,500 jobs a day that change a table. */
  private static final Duration BETWEEN_LOADS = Duration.ofMinutes(2);

  /** What happens to rows that the table has before the run writes. */
  public enum WriteDisposition {
    /** They are kept. */
    APPEND,
    /** They are deleted, once per run. */
    TRUNCATE,
    /** There must be none; otherwise it is an error. */
    EMPTY
  }

  /** Whether a missing table is created. */
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
    /** The time that a partition spans. */
    public enum Type {
      DAY,
      HOUR,
      MONTH,
      YEAR
    }
  }

  /** A table to which rows are appended, and which is created if needed. */
  static TableDestination appending(TableName table) {
    return new TableDestination(table, WriteDisposition.APPEND, CreateDisposition.IF_NEEDED, null);
  }

  @Override
  public String address() {
    return table.toString();
  }

  @Override
  public String place(String run) {
    return table.toString();
  }

  @Override
  public Duration gathering() {
    return BETWEEN_LOADS;
  }

  @Override
  public boolean hasColumns() {
    return true;
  }

  @Override
  public boolean hasTypes() {
    return true;
  }

  @Override
  public TableDestination besideForFailures() {
    return appending(new TableName(table.project(), table.dataset(), table.table() + "_failed"));
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json =
        CanonicalJob.destination("BIGQUERY", Compression.NONE)
            .put("table", table.toString())
            .put("write_disposition", writeDisposition.name())
            .put("create_disposition", createDisposition.name());
    if (partition != null) {
      ObjectNode by = json.putObject("partition").put("type", partition.type().name());
      CanonicalJob.put(by, "field", partition.field());
    }
    return json;
  }
}
