package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.document.FailedDocument;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.FileSource;
import io.beambatch.records.DamagedFileException;
import io.beambatch.records.RowFormat;
import io.beambatch.records.RowInput;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads files with a schema; every record is a document. */
final class RecordSource {
  private final FileSource source;
  private final RowFormat format;
  private final ReadSettings settings;
  private final @Nullable SourceSchemas schemas;

  private RecordSource(
      FileSource source, RowFormat format, ReadSettings settings, @Nullable SourceSchemas schemas) {
    this.source = source;
    this.format = format;
    this.settings = settings;
    this.schemas = schemas;
  }

  /** The reader for a source; null if its files have no schema. */
  static @Nullable RecordSource of(
      FileSource source, ReadSettings settings, @Nullable SourceSchemas schemas) {
    RowFormat format = format(source);
    return format == null ? null : new RecordSource(source, format, settings, schemas);
  }

  static @Nullable RowFormat format(FileSource source) {
    return switch (source.format()) {
      case AVRO -> RowFormat.AVRO;
      case PARQUET -> RowFormat.PARQUET;
      default -> null;
    };
  }

  /** Cuts a file, after checking that its schema fits the run's. */
  void cut(String path, Consumer<FileSplit> receiver) throws IOException {
    RowInput file = open(format, path);
    if (schemas != null) {
      schemas.check(path, PartitionColumns.of(path).addTo(file.schema()));
    }
    long bytes = Storage.size(path);
    try {
      file.split(
          settings.split(),
          settings.block(),
          split ->
              receiver.accept(
                  new FileSplit(
                      path, path, split.place(), split.count(), split.first(), bytes, null, null)));
    } catch (DamagedFileException e) {
      throw wrong(e);
    }
  }

  /** Opens a file. A damaged file is a source error. */
  static RowInput open(RowFormat format, String path) throws IOException {
    try {
      return format.open(path);
    } catch (DamagedFileException e) {
      throw wrong(e);
    }
  }

  private static SourceException wrong(DamagedFileException e) {
    return new SourceException(Objects.requireNonNull(e.getMessage()));
  }

  /** Reads one split. */
  void read(FileSplit split, SplitReader.Receiver receiver) throws IOException {
    JsonRecords parser = new JsonRecords(new SourceFile(split.file()).name(), source.id());
    RowInput file = open(format, split.path());
    try {
      file.read(
          new RowInput.Split(split.offset(), split.line(), split.length()),
          new RowInput.Receiver() {
            @Override
            public void record(long number, String json) {
              read(split, number, json, parser, receiver);
            }

            @Override
            public void invalid(long number, String problem) {
              receiver.invalid(failed(split, number, problem, 0));
            }
          });
    } catch (DamagedFileException e) {
      throw wrong(e);
    }
  }

  private void read(
      FileSplit split,
      long number,
      String json,
      JsonRecords parser,
      SplitReader.Receiver receiver) {
    byte[] bytes = json.getBytes(UTF_8);
    if (bytes.length > settings.record()) {
      String problem =
          "a record of " + bytes.length + " bytes as JSON, more than " + settings.record();
      receiver.invalid(failed(split, number, problem + "; shorten it", bytes.length));
      return;
    }
    try {
      receiver.document(Objects.requireNonNull(parser.parse(bytes, 0, bytes.length, number)));
    } catch (InvalidRecordException e) {
      // A lone surrogate in it would make the file of failures unreadable for most readers.
      String stands = e.json() == null ? SourceRecord.line(json) : e.json();
      receiver.invalid(
          SplitReader.failed(split.file(), number, Objects.requireNonNull(e.getMessage()), stands));
    }
  }

  private static FailedDocument failed(FileSplit split, long number, String problem, long bytes) {
    String json = SourceRecord.pointer(split.file(), number, bytes);
    return SplitReader.failed(split.file(), number, problem, json);
  }
}
