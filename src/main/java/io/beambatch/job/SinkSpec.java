package io.beambatch.job;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where answered documents go.
 *
 * @param path a prefix, local or {@code gs://}; files are called {@code
 *     <path>-<run>-<shard>.<type>}; null for {@link Type#BIGQUERY} and {@link Type#PUBSUB}
 * @param compression of the files
 * @param table for {@link Type#BIGQUERY}, else null
 * @param topic for {@link Type#PUBSUB}, {@code projects/<project>/topics/<name>}; else null
 */
public record SinkSpec(
    Type type,
    @Nullable String path,
    Compression compression,
    @Nullable TableSink table,
    @Nullable String topic)
    implements Serializable {

  /** A sink of files, compressed as its type usually is. */
  public SinkSpec(Type type, String path) {
    this(type, path, type.compressions().get(0), null, null);
  }

  /** Where a run's answers are, for people. */
  public String place(String run) {
    return topic != null
        ? topic
        : table == null ? path + "-" + run + "-*" : table.table().toString();
  }

  /** The formats a sink can have. */
  public enum Type {
    JSONL,
    CSV,
    AVRO,
    PARQUET,
    BIGQUERY,
    PUBSUB;

    /** Whether all documents of the sink have the same columns. */
    public boolean hasColumns() {
      return this != JSONL && this != PUBSUB;
    }

    /** Whether values have to be of their columns' types. */
    public boolean hasTypes() {
      return this == AVRO || this == PARQUET || this == BIGQUERY;
    }

    /** How its files can be compressed; the first is the usual one. */
    List<Compression> compressions() {
      return switch (this) {
        case JSONL, CSV ->
            List.of(Compression.NONE, Compression.GZIP, Compression.BZIP2, Compression.ZSTD);
        case AVRO ->
            List.of(Compression.SNAPPY, Compression.DEFLATE, Compression.ZSTD, Compression.NONE);
        case PARQUET ->
            List.of(Compression.SNAPPY, Compression.GZIP, Compression.ZSTD, Compression.NONE);
        case BIGQUERY, PUBSUB -> List.of(Compression.NONE);
      };
    }
  }

  /** How files are compressed. */
  public enum Compression {
    NONE,
    GZIP,
    BZIP2,
    ZSTD,
    DEFLATE,
    SNAPPY;

    /** The name in the job file. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
