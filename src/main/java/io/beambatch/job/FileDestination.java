package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Documents in files called {@code <prefix>-<run>-<shard>.<format>}.
 *
 * @param prefix the beginning of their paths, local or {@code gs://}
 * @param escapeFormulas whether an apostrophe is put before texts in CSV files that a spreadsheet
 *     would take for formulas
 */
public record FileDestination(
    Format format, String prefix, Compression compression, boolean escapeFormulas)
    implements Destination {

  /** Files with their format's default compression. */
  public FileDestination(Format format, String prefix) {
    this(format, prefix, format.compressions().get(0));
  }

  /** Files that don't escape formulas. */
  public FileDestination(Format format, String prefix, Compression compression) {
    this(format, prefix, compression, false);
  }

  /** Failed documents in files, which are JSON lines whatever format the answered ones have. */
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

  /** The file formats. */
  public enum Format {
    JSONL,
    CSV,
    AVRO,
    PARQUET;

    /** The compressions that the format supports; the first is the default. */
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

  /** The compressions of files. */
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
