package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of BigQuery are read: those of a table, or those of a query's result.
 *
 * @param table null if there is a query
 * @param query in GoogleSQL; null if there is a table
 */
public record TableSource(@Nullable TableName table, @Nullable String query, Method method)
    implements Serializable {

  /** How rows are read. */
  public enum Method {
    /** With the Storage Read API. */
    DIRECT,
    /** By an export into files of the temporary location. */
    EXPORT
  }
}
