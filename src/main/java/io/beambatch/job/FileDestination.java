package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Documents in files called {@code <prefix>-<run>-<shard>.<format>}.
 *
 * @param prefix the beginning of their paths, local or {@code gs://}
 * @param escapeFormulas whether texts in CSV files that a spreadsheet would take for formulas get
 *     an apostrophe before them
 */
public record FileDestination(
    Format format, String prefix, Compression compression, boolean escapeFormulas)
    implements Destination {

  /** Files that are compressed as their format usually is. */
  public FileDestination(Format format, String prefix) {
    this(format, prefix, format.compressions().get(0));
  }

  /** Files with all texts as they are. */
  public FileDestination(Format format, String prefix, Compression compression) {
    this(format, prefix, compression, false);
  }

  /** Failed documents in files, which are JSON lines whatever the answered ones are. */
  public static FileDestination ofFailures(String prefix) {
    return new FileDestination(Format.JSONL, prefix);
  }

  @Override
  public String address() {
    return prefix;
  }

  @Override
  public String place(String run) {
    return prefix + "-" + run + "-*";
  }

  @Override
  public Optional<String> path() {
    return Optional.of(prefix);
  }

  @Override
  public boolean hasColumns() {
    return format != Format.JSONL;
  }

  @Override
  public boolean hasTypes() {
    return format == Format.AVRO || format == Format.PARQUET;
  }

  @Override
  public FileDestination besideForFailures() {
    return ofFailures(prefix + "-failed");
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json = CanonicalJob.destination(format.name(), compression).put("path", prefix);
    return escapeFormulas ? json.put("escape_formulas", true) : json;
  }

  /** The formats that files can have. */
  public enum Format {
    JSONL,
    CSV,
    AVRO,
    PARQUET;

    /** How files of the format can be compressed; the first is the usual one. */
    List<Compression> compressions() {
      return switch (this) {
        case JSONL, CSV ->
            List.of(Compression.NONE, Compression.GZIP, Compression.BZIP2, Compression.ZSTD);
        case AVRO ->
            List.of(Compression.SNAPPY, Compression.DEFLATE, Compression.ZSTD, Compression.NONE);
        case PARQUET ->
            List.of(Compression.SNAPPY, Compression.GZIP, Compression.ZSTD, Compression.NONE);
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
