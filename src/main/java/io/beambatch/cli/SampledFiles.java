package io.beambatch.cli;

import io.beambatch.document.Document;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import io.beambatch.source.SourceSample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The format of a file, by its name and, for CSV, its first line.
 *
 * @param keys of the source besides type, path and id, as they are written
 */
record SampledFiles(FileSource.Format format, Map<String, String> keys, CsvDialect csv) {
  private static final String DELIMITERS = ",;\t|";
  private static final Pattern PACKED = Pattern.compile("(?i)\\.(gz|gzip|bz2|zst|zstd)$");

  /** A file's name without the ending that names its compression. */
  static String unpacked(String file) {
    return PACKED.matcher(file).replaceFirst("");
  }

  static SampledFiles of(String from, Path scratch) throws IOException {
    String plain = unpacked(from).toLowerCase(Locale.ROOT);
    String ending = plain.substring(plain.lastIndexOf('.') + 1);
    return switch (ending) {
      case "jsonl", "ndjson" -> plain(FileSource.Format.JSONL);
      case "json" -> plain(FileSource.Format.JSON);
      case "avro" -> plain(FileSource.Format.AVRO);
      case "parquet" -> plain(FileSource.Format.PARQUET);
      case "txt", "md" ->
          new SampledFiles(
              FileSource.Format.TEXT,
              from.contains("*")
                  ? Map.of("whole_file", "true    # each file is a document")
                  : Map.of(),
              CsvDialect.STANDARD);
      case "csv", "tsv" -> csv(from, scratch);
      default ->
          throw new UserException(
              "--from: the ending of "
                  + from
                  + " doesn't say what it is; known are .jsonl, .ndjson, .json, .csv, .tsv, .txt,"
                  + " .md, .avro and .parquet, plain or compressed (.gz, .bz2, .zst)",
              ExitCode.USAGE);
    };
  }

  private static SampledFiles plain(FileSource.Format format) {
    return new SampledFiles(format, Map.of(), CsvDialect.STANDARD);
  }

  /** Chooses the delimiter that is most frequent in the first line. */
  private static SampledFiles csv(String from, Path scratch) throws IOException {
    String header =
        SourceSample.of(FileSource.of(FileSource.Format.TEXT, List.of(from)), 1, scratch.toString())
            .stream()
            .findFirst()
            .map(Document::json)
            .orElse("{}");
    String line = JobDraft.MAPPER.readTree(header).path("text").asText();
    char most = ',';
    long count = 0;
    for (int i = 0; i < DELIMITERS.length(); i++) {
      char delimiter = DELIMITERS.charAt(i);
      long found = line.chars().filter(c -> c == delimiter).count();
      if (found > count) {
        most = delimiter;
        count = found;
      }
    }
    Map<String, String> keys =
        most == ',' ? Map.of() : Map.of("delimiter", JobDraft.quoted(String.valueOf(most)));
    return new SampledFiles(FileSource.Format.CSV, keys, CsvDialect.of(most));
  }

  FileSource source(String from) {
    FileSource plain = FileSource.of(format, List.of(from));
    return new FileSource(
        format, plain.paths(), null, keys.containsKey("whole_file"), csv, null, plain.window());
  }
}
