package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.Failure;
import io.beambatch.document.SourceRecord;
import io.beambatch.job.FileSource;
import io.beambatch.json.LineReader;
import io.beambatch.json.RecordScanner;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads splits, document by document. Every record becomes a document or a failed one. */
final class SplitReader {
  private final FileSource source;
  private final ReadSettings settings;
  private final RecordParser.@Nullable Factory parsers;

  SplitReader(FileSource source, ReadSettings settings) {
    this(source, settings, null);
  }

  /**
   * @param parsers replace those of the files' format; null to keep them
   */
  SplitReader(FileSource source, ReadSettings settings, RecordParser.@Nullable Factory parsers) {
    this.source = source;
    this.settings = settings;
    this.parsers = parsers;
  }

  /** Reads one split. An {@link IOException} names the file. */
  void read(FileSplit split, Receiver receiver) throws IOException {
    if (split.problem() != null) {
      readRefused(split, split.problem(), receiver);
      return;
    }
    PartitionColumns columns = PartitionColumns.of(split.file());
    boolean plain = parsers != null || columns.isEmpty();
    readRecords(split, plain ? receiver : columns.addingTo(receiver));
  }

  private void readRecords(FileSplit split, Receiver receiver) throws IOException {
    RecordSource records = RecordSource.of(source, settings, null);
    if (records != null) {
      readRows(records, split, receiver);
      return;
    }
    try {
      if (split.length() == FileSplit.WHOLE) {
        readWhole(split, receiver);
        return;
      }
      try (InputStream stream = Storage.open(split.path(), split.offset())) {
        readRecords(stream, split, receiver);
      }
    } catch (IOException e) {
      throw new IOException("Can't read " + split.file() + ": " + e.getMessage(), e);
    }
  }

  /** A split that can't be read becomes one failed document. */
  private static void readRefused(FileSplit split, String problem, Receiver receiver)
      throws IOException {
    long bytes = split.length() == FileSplit.WHOLE ? Storage.size(split.file()) : split.length();
    String json = SourceRecord.pointer(split.file(), split.line(), bytes);
    receiver.invalid(failed(split.file(), split.line(), problem, json));
  }

  private void readRows(RecordSource records, FileSplit split, Receiver receiver)
      throws IOException {
    try {
      records.read(split, receiver);
    } catch (SourceException e) {
      if (source.watch() == null) {
        throw e;
      }
      // The records before it are read; this one stands for the rest.
      receiver.invalid(
          failed(
              split.file(),
              split.line(),
              String.valueOf(e.getMessage()),
              SourceRecord.pointer(split.file(), split.line(), split.bytes())));
    }
  }

  private void readWhole(FileSplit split, Receiver receiver) throws IOException {
    SourceFile file = new SourceFile(split.file());
    try {
      receiver.document(new WholeFiles(source, settings.record()).read(file));
    } catch (InvalidRecordException e) {
      receiver.invalid(
          failed(
              split.file(),
              1,
              Objects.requireNonNull(e.getMessage()),
              Objects.requireNonNull(e.json())));
    } catch (SourceException e) {
      if (source.watch() == null) {
        throw e;
      }
      readRefused(split, String.valueOf(e.getMessage()), receiver);
    }
  }

  void readRecords(InputStream stream, FileSplit split, Receiver receiver) throws IOException {
    RecordScanner scanner = scanner(source, split.line() == 1);
    RecordParser parser = parser(split, scanner);
    LineReader record =
        new LineReader(stream, split.length(), scanner, settings.record(), split.line());
    while (record.next()) {
      if (record.tooLong()) {
        String json = SourceRecord.pointer(split.file(), record.number(), record.bytes());
        receiver.invalid(
            failed(split.file(), record.number(), tooLong(record.bytes(), source, settings), json));
        continue;
      }
      try {
        Document document = parser.parse(record);
        if (document != null) {
          receiver.document(document);
        }
      } catch (InvalidRecordException e) {
        receiver.invalid(parser.failed(split.file(), record, e));
      }
    }
  }

  static String tooLong(long bytes, FileSource source, ReadSettings settings) {
    String record = source.format() == FileSource.Format.CSV ? "record" : "line";
    String advice =
        source.format() == FileSource.Format.CSV ? "; is a quote left open?" : "; shorten it";
    return "a " + record + " of " + bytes + " bytes, more than " + settings.record() + advice;
  }

  private RecordParser parser(FileSplit split, RecordScanner scanner) {
    if (parsers != null) {
      return parsers.parser();
    }
    String name = new SourceFile(split.file()).name();
    return switch (source.format()) {
      case JSONL -> new JsonRecords(name, source.id());
      case TEXT -> new TextLines(name, source.id());
      case CSV ->
          new CsvRecords(
              name,
              source.id(),
              Objects.requireNonNull(split.header()),
              source.csv(),
              (CsvScanner) scanner);
      case JSON -> new JsonElements(name, source.id());
      case AVRO, PARQUET -> throw new IllegalStateException("files of records have no lines");
    };
  }

  /**
   * Finds the records of a source's files.
   *
   * @param atStart whether the first byte will be that of a file's first record
   */
  static RecordScanner scanner(FileSource source, boolean atStart) {
    return switch (source.format()) {
      case CSV -> new CsvScanner(source.csv());
      case TEXT -> new TextLineScanner();
      case JSON -> new JsonScanner(atStart);
      default -> RecordScanner.ofLines();
    };
  }

  static FailedDocument failed(String file, long line, String problem, String json) {
    String id = new SourceFile(file).name() + ":" + line;
    return new FailedDocument(new Document(id, json), Failure.unread(file + ":" + line, problem));
  }

  /** Receives what is read. */
  interface Receiver {
    void document(Document document);

    void invalid(FailedDocument failed);
  }
}
