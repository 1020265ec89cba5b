package io.beambatch.job;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where documents come from.
 *
 * @param paths file patterns, local or {@code gs://}; at least one, but none for {@link
 *     Type#BIGQUERY} and {@link Type#PUBSUB}
 * @param table for {@link Type#BIGQUERY}, else null
 * @param messages for {@link Type#PUBSUB}, else null
 * @param id the field that names a document, or null: documents are named by file and line
 * @param wholeFile for {@link Type#TEXT}: one document a file, not one a line
 * @param delimiter for {@link Type#CSV}: what stands between two fields
 * @param watch how often to look for new files or messages, or null to read what is there once
 * @param window for watched sources: how long files or messages are gathered before they are sent
 */
public record SourceSpec(
    Type type,
    List<String> paths,
    @Nullable TableSource table,
    @Nullable MessageSource messages,
    @Nullable String id,
    boolean wholeFile,
    char delimiter,
    @Nullable Duration watch,
    Duration window)
    implements Serializable {

  /** A source of files. */
  public SourceSpec(
      Type type,
      List<String> paths,
      @Nullable String id,
      boolean wholeFile,
      char delimiter,
      @Nullable Duration watch,
      Duration window) {
    this(type, paths, null, null, id, wholeFile, delimiter, watch, window);
  }

  /** The same source as it stands now, without waiting for more. */
  SourceSpec withoutWatch() {
    return new SourceSpec(type, paths, table, messages, id, wholeFile, delimiter, null, window);
  }

  /** The formats a source can have. */
  public enum Type {
    /** One JSON object a line. */
    JSONL,
    /** Lines, or whole files, in a field called {@code text}. */
    TEXT,
    /** A header, then records, quoted as in RFC 4180; every field is a string. */
    CSV,
    /** Avro files. */
    AVRO,
    /** Parquet files. */
    PARQUET,
    /** Rows of a table or of a query. */
    BIGQUERY,
    /** Messages of a subscription, each a JSON object. It is watched always. */
    PUBSUB;

    /** Whether the source itself says what fields its documents have, and of what types. */
    public boolean hasSchema() {
      return this == AVRO || this == PARQUET || this == BIGQUERY;
    }
  }
}
