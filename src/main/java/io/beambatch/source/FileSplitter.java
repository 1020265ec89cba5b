package io.beambatch.source;

import io.beambatch.job.FileSource;
import io.beambatch.json.RecordScanner;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a file into splits in one pass, counting lines. Compressed files are written, decompressed
 * and cut, to the staging location, because they can only be read from the start.
 */
final class FileSplitter {
  private static final int BUFFER = 1 << 18;

  private final FileSource source;
  private final ReadSettings settings;
  private final String stagingFolder;
  private final @Nullable RecordSource records;

  /**
   * A cutter.
   *
   * @param schemas of a source whose files bring their schema; else null
   */
  FileSplitter(
      FileSource source,
      ReadSettings settings,
      String stagingFolder,
      @Nullable SourceSchemas schemas) {
    this.records = RecordSource.of(source, settings, schemas);
    this.source = source;
    this.settings = settings;
    this.stagingFolder = stagingFolder;
  }

  /** Cuts one file. An {@link IOException} names the file. */
  void cut(String path, Consumer<FileSplit> receiver) throws IOException {
    if (source.format() == FileSource.Format.TEXT && source.wholeFile()) {
      receiver.accept(FileSplit.whole(path));
      return;
    }
    if (records != null) {
      records.cut(path, receiver);
      return;
    }
    SourceFile file = new SourceFile(path);
    try (BufferedInputStream stream = new BufferedInputStream(file.open(), BUFFER);
        SplitTarget target =
            file.compressed() ? new StagedSplits(stagingFolder, path) : SplitTarget.inPlace(path)) {
      Start start = start(stream);
      stream.skipNBytes(start.offset());
      cut(path, stream, start, target, receiver);
    } catch (IOException e) {
      throw new IOException("Can't read " + path + ": " + e.getMessage(), e);
    }
  }

  private void cut(
      String path,
      InputStream stream,
      Start start,
      SplitTarget target,
      Consumer<FileSplit> receiver)
      throws IOException {
    RecordScanner scanner = SplitReader.scanner(source);
    byte[] buffer = new byte[BUFFER];
    long offset = start.offset();
    long splitOffset = offset;
    long line = start.line();
    int read;
    while ((read = stream.read(buffer, 0, buffer.length)) >= 0) {
      int from = 0;
      int kept = 0;
      int end;
      while ((end = scanner.scan(buffer, from, read)) >= 0) {
        from = end;
        if (offset + end - splitOffset >= settings.split()) {
          target.write(buffer, kept, end);
          kept = end;
          receiver.accept(target.end(path, splitOffset, offset + end, line, start.header()));
          splitOffset = offset + end;
          line = start.line() + scanner.lines();
        }
      }
      target.write(buffer, kept, read);
      offset += read;
    }
    if (offset > splitOffset) {
      receiver.accept(target.end(path, splitOffset, offset, line, start.header()));
    }
  }

  private Start start(BufferedInputStream stream) throws IOException {
    boolean csv = source.format() == FileSource.Format.CSV;
    int length = csv ? settings.header() : 3;
    stream.mark(length);
    byte[] head = stream.readNBytes(length);
    stream.reset();
    int mark = Utf8.byteOrderMark(head);
    return csv ? csvStart(head, mark) : new Start(mark, 1, null);
  }

  /** The place behind the header; before it, if there is no end of it to be seen. */
  private Start csvStart(byte[] head, int mark) {
    CsvScanner scanner = new CsvScanner(source.delimiter());
    int end = scanner.scan(head, mark, head.length);
    if (end < 0 && head.length == settings.header()) {
      String problem =
          "the header is longer than " + settings.header() + " bytes; is a quote left open in it?";
      return new Start(mark, 1, CsvHeader.broken(problem));
    }
    if (end < 0 && scanner.inQuotes()) {
      String problem = "a quote is opened in the header and never closed; close or double it";
      return new Start(mark, 1, CsvHeader.broken(problem));
    }
    int headerEnd = end < 0 ? head.length : end;
    return new Start(headerEnd, 1 + scanner.lines(), header(head, mark, headerEnd));
  }

  private CsvHeader header(byte[] head, int from, int to) {
    int end = to;
    if (end > from && head[end - 1] == '\n') {
      end--;
    }
    if (end > from && head[end - 1] == '\r') {
      end--;
    }
    if (end == from) {
      return CsvHeader.broken("the first line is empty; it should name the columns");
    }
    try {
      String text = Utf8.text(head, from, end);
      return CsvHeader.of(CsvRecords.values(text, CsvRecords.format(source.delimiter())));
    } catch (InvalidRecordException e) {
      return CsvHeader.broken("the header has a fault: " + e.getMessage());
    }
  }

  /** Where records start, and what is known of them. */
  private record Start(long offset, long line, @Nullable CsvHeader header) {}
}
