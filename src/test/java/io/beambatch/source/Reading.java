package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.job.CsvDialect;
import io.beambatch.job.FileSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Cuts and reads files without a pipeline, and keeps what comes. */
final class Reading implements SplitReader.Receiver {
  static final ReadSettings SETTINGS = ReadSettings.DEFAULT;

  final List<FileSplit> splits = new ArrayList<>();
  final List<Document> documents = new ArrayList<>();
  final List<FailedDocument> failed = new ArrayList<>();

  static Reading of(FileSource source, ReadSettings settings, Path staging, Path file)
      throws IOException {
    Reading reading = new Reading();
    new FileSplitter(source, settings, staging.toString(), null)
        .cut(file.toString(), reading.splits::add);
    SplitReader reader = new SplitReader(source, settings);
    for (FileSplit split : reading.splits) {
      reader.read(split, reading);
    }
    return reading;
  }

  static Reading of(FileSource source, Path file) throws IOException {
    return of(source, SETTINGS, file.resolveSibling("staging"), file);
  }

  static FileSource source(FileSource.Format type, @Nullable String id) {
    return new FileSource(
        type, List.of("unused"), id, false, CsvDialect.STANDARD, null, Duration.ofMinutes(5));
  }

  static FileSource wholeFiles(@Nullable String id) {
    return new FileSource(
        FileSource.Format.TEXT,
        List.of("unused"),
        id,
        true,
        CsvDialect.STANDARD,
        null,
        Duration.ofMinutes(5));
  }

  static FileSource sourceOf(FileSource.Format type, String... paths) {
    return new FileSource(
        type, List.of(paths), null, false, CsvDialect.STANDARD, null, Duration.ofMinutes(5));
  }

  /** Reads files in a pipeline of no run. */
  static ReadFiles files(FileSource source, String staging, ReadSettings settings) {
    return new ReadFiles(source, ReadRecords.of(source, staging, settings), PlannedFiles.NONE);
  }

  static ReadFiles files(FileSource source, String staging) {
    return files(source, staging, ReadSettings.DEFAULT);
  }

  static ReadSettings splitsOf(long bytes) {
    return new ReadSettings(bytes, SETTINGS.record(), SETTINGS.header());
  }

  static ReadSettings recordsUpTo(int bytes) {
    return new ReadSettings(SETTINGS.split(), bytes, SETTINGS.header());
  }

  List<String> jsons() {
    return documents.stream().map(Document::json).toList();
  }

  List<String> ids() {
    return documents.stream().map(Document::id).toList();
  }

  List<String> failedJsons() {
    return failed.stream().map(f -> f.document().json()).toList();
  }

  List<String> messages() {
    return failed.stream().map(f -> f.failure().message()).toList();
  }

  @Override
  public void document(Document document) {
    documents.add(document);
  }

  @Override
  public void invalid(FailedDocument invalid) {
    failed.add(invalid);
  }
}
