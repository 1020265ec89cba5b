package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Rows of BigQuery: those of a table, or those of a query's result.
 *
 * @param table null if there is a query
 * @param query in GoogleSQL; null if there is a table
 * @param id the column that identifies a document, or null: documents are identified by their
 *     content
 */
public record TableSource(
    @Nullable TableName table, @Nullable String query, Method method, @Nullable String id)
    implements Source {

  /** How rows are read. */
  public enum Method {
    /** With the Storage Read API. */
    DIRECT,
    /** By an export into files in the temporary location. */
    EXPORT
  }

  @Override
  public boolean hasSchema() {
    return true;
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json = CanonicalJob.source("BIGQUERY", this).put("method", method.name());
    CanonicalJob.put(json, "table", table == null ? null : table.toString());
    return CanonicalJob.put(json, "query", query);
  }
}
