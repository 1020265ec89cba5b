package io.beambatch.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Documents in files. It is the section {@code source} of a job file that reads files.
 *
 * @param paths file patterns, local or {@code gs://}; at least one
 * @param id the field that identifies a document, or null: documents are identified by file and
 *     line
 * @param wholeFile for {@link Format#TEXT}: one document per file instead of per line
 * @param csv for {@link Format#CSV}: the format of the files
 * @param watch how often to look for new files, or null to read the existing ones once
 * @param window for watched files: how long they are gathered before they are sent
 */
public record FileSource(
    Format format,
    List<String> paths,
    @Nullable String id,
    boolean wholeFile,
    CsvDialect csv,
    @Nullable Duration watch,
    Duration window)
    implements Source {

  /** The path of standard input and of standard output. */
  static final String STANDARD = "-";

  /** The default window. */
  static final Duration WINDOW = Duration.ofMinutes(10);

  /** Files that are read once, with the default delimiter and a document per line. */
  public static FileSource of(Format format, List<String> paths) {
    return new FileSource(format, paths, null, false, CsvDialect.STANDARD, null, WINDOW);
  }

  @Override
  public boolean hasSchema() {
    return format.hasSchema();
  }

  @Override
  public Optional<Endlessness> endlessness() {
    return Optional.ofNullable(watch)
        .map(
            interval ->
                new Endlessness(
                    "source.watch",
                    "use run, or take the files that are there now with --set source.watch="));
  }

  @Override
  public FileSource withoutWatch() {
    return new FileSource(format, paths, id, wholeFile, csv, null, window);
  }

  @Override
  public ObjectNode canonical() {
    ObjectNode json =
        CanonicalJob.source(format.name(), this)
            .put("whole_file", wholeFile)
            .put("delimiter", String.valueOf(csv.delimiter()))
            .put("window", window.toString());
    if (!csv.isStandardExceptDelimiter()) {
      // Omitted for jobs without these keys, so that they can resume runs of earlier versions.
      json.put("quote", String.valueOf(csv.quote()))
          .put("escape", String.valueOf(csv.escape()))
          .put("ragged", csv.ragged());
    }
    return CanonicalJob.put(json, "watch", watch == null ? null : watch.toString());
  }

  /** The file formats. */
  public enum Format {
    /** One JSON object per line. */
    JSONL,
    /** A JSON array of objects, or concatenated JSON objects. */
    JSON,
    /** Lines, or whole files, in a field called {@code text}. */
    TEXT,
    /** A header, then records, quoted as in RFC 4180; every field is a string. */
    CSV,
    /** Avro files. */
    AVRO,
    /** Parquet files. */
    PARQUET;

    /** Returns whether files themselves define the fields and types of their documents. */
    public boolean hasSchema() {
      return this == AVRO || this == PARQUET;
    }
  }
}
