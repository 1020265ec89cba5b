package io.beambatch.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.job.FileSource;
import io.beambatch.json.RecordScanner;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a file into splits in one pass, counting lines. Compressed files can only be read from the
 * start, so they are decompressed and cut into the staging location.
 */
final class FileSplitter {
  private static final int BUFFER = 1 << 18;

  private final FileSource source;
  private final ReadSettings settings;
  private final String stagingFolder;
  private final @Nullable RecordSource records;
  private final SourceCheck check;

  /**
   * Cuts the files of a source.
   *
   * @param schemas the schemas of a source whose files contain them; otherwise null
   */
  FileSplitter(
      FileSource source,
      ReadSettings settings,
      String stagingFolder,
      @Nullable SourceSchemas schemas) {
    this.records = RecordSource.of(source, settings, schemas);
    this.check = new SourceCheck(source);
    this.source = source;
    this.settings = settings;
    this.stagingFolder = stagingFolder;
  }

  /**
   * Cuts one file. A {@link SourceException} reports that it isn't what the job says; in a watched
   * source, which must go on, such a file becomes a split that says so.
   *
   * @throws IOException naming the file
   */
  void cut(String path, Consumer<FileSplit> receiver) throws IOException {
    SourceFile file = new SourceFile(path);
    try {
      file.checkCodec();
      cut(file, receiver);
    } catch (SourceException e) {
      if (source.watch() == null) {
        throw e;
      }
      receiver.accept(FileSplit.refused(path, String.valueOf(e.getMessage())));
    }
  }

  private void cut(SourceFile file, Consumer<FileSplit> receiver) throws IOException {
    String path = file.path();
    if (source.format() == FileSource.Format.TEXT && source.wholeFile()) {
      receiver.accept(FileSplit.whole(file));
      return;
    }
    if (records != null) {
      file.open(check).close();
      records.cut(path, receiver);
      return;
    }
    try (BufferedInputStream stream = new BufferedInputStream(file.open(check), BUFFER);
        SplitTarget target =
            file.compressed() ? new StagedSplits(stagingFolder, path) : SplitTarget.inPlace(path)) {
      Start start = start(file, stream);
      stream.skipNBytes(start.offset());
      new Pass(path, start, target, receiver).cut(stream);
    } catch (IOException e) {
      throw new IOException("Can't read " + path + ": " + e.getMessage(), e);
    }
  }

  /** One pass over a file, from the first record to the end. */
  private final class Pass {
    private final String path;
    private final Start start;
    private final SplitTarget target;
    private final Consumer<FileSplit> receiver;
    private final RecordScanner scanner = SplitReader.scanner(source, true);
    private long splitOffset;
    private long splitLine;
    private long recordOffset;
    private long recordLine;
    private boolean skipping;

    Pass(String path, Start start, SplitTarget target, Consumer<FileSplit> receiver) {
      this.path = path;
      this.start = start;
      this.target = target;
      this.receiver = receiver;
      beginSplit(start.offset());
    }

    void cut(InputStream stream) throws IOException {
      byte[] buffer = new byte[BUFFER];
      long offset = start.offset();
      int read;
      while ((read = stream.read(buffer, 0, buffer.length)) >= 0) {
        cut(buffer, read, offset);
        offset += read;
      }
      if (scanner instanceof JsonScanner json && json.isOpen()) {
        throw new SourceException(
            path
                + " ends within a JSON value: a bracket or quote is open; the file was cut off, or"
                + " is damaged");
      }
      if (skipping) {
        endSkipped(offset, offset);
      } else if (offset > splitOffset) {
        endSplit(offset);
      }
    }

    private void cut(byte[] buffer, int read, long offset) throws IOException {
      int kept = 0;
      int from = 0;
      while ((from = scanner.scan(buffer, from, read)) >= 0) {
        if (skipping) {
          endSkipped(offset + from, offset + lineEnd(buffer, 0, from));
          kept = from;
        } else if (offset + from - splitOffset >= settings.split()) {
          target.write(buffer, kept, from);
          endSplit(offset + from);
          kept = from;
        }
        recordOffset = offset + from;
        recordLine = start.line() + scanner.lines();
      }
      // Two bytes more than the maximum, which may prove to be the line end.
      if (!skipping && offset + read - recordOffset > settings.record() + 2L) {
        target.write(buffer, kept, (int) Math.max(kept, recordOffset - offset));
        skip();
      } else if (!skipping) {
        target.write(buffer, kept, read);
      }
    }

    /** Keeps an endless record out of the staging location: the bytes before it are a split. */
    private void skip() throws IOException {
      if (recordOffset > splitOffset) {
        receiver.accept(target.end(path, splitOffset, recordOffset, splitLine, start.header()));
      } else {
        target.discard();
      }
      skipping = true;
    }

    private void endSkipped(long end, long endOfText) {
      long bytes = endOfText - recordOffset;
      String problem = SplitReader.tooLong(bytes, source, settings);
      receiver.accept(FileSplit.ofLongRecord(path, recordLine, bytes, problem));
      skipping = false;
      beginSplit(end);
    }

    private void endSplit(long end) throws IOException {
      receiver.accept(target.end(path, splitOffset, end, splitLine, start.header()));
      beginSplit(end);
    }

    private void beginSplit(long at) {
      splitOffset = at;
      splitLine = start.line() + scanner.lines();
      recordOffset = splitOffset;
      recordLine = splitLine;
    }
  }

  private Start start(SourceFile file, BufferedInputStream stream) throws IOException {
    boolean csv = source.format() == FileSource.Format.CSV;
    int length = csv ? settings.header() : SourceCheck.LENGTH;
    byte[] head = SourceFile.peek(stream, length);
    int mark = Utf8.byteOrderMark(head);
    check.unpacked(file, head);
    switch (source.format()) {
      case JSONL -> new JsonCheck(file, head).lines();
      case JSON -> new JsonCheck(file, head).values();
      case CSV -> {
        return csvStart(file, head, mark, 1);
      }
      default -> {}
    }
    return new Start(mark, 1, null);
  }

  /** The position after the header. */
  private Start csvStart(SourceFile file, byte[] head, int mark, long line) {
    CsvScanner scanner = new CsvScanner(source.csv());
    int end = scanner.scan(head, mark, head.length);
    if (end > 0 && check.isSeparatorLine(file, new String(head, mark, end - mark, UTF_8))) {
      return csvStart(file, head, end, line + 1);
    }
    if (end < 0 && head.length == settings.header()) {
      throw check.header(
          file, "is longer than " + settings.header() + " bytes; is a quote left open in it?");
    }
    if (end < 0 && scanner.inQuotes()) {
      throw check.header(file, "opens a quote and never closes it; close or double it");
    }
    int headerEnd = end < 0 ? head.length : end;
    if (headerEnd == mark) {
      return new Start(mark, line, List.of());
    }
    Start start = new Start(headerEnd, line + scanner.lines(), header(file, head, mark, headerEnd));
    int rowEnd = scanner.scan(head, headerEnd, head.length);
    if (rowEnd > 0) {
      check.row(file, line(head, mark, headerEnd), line(head, headerEnd, rowEnd));
    }
    return start;
  }

  private List<String> header(SourceFile file, byte[] head, int from, int to) {
    int end = lineEnd(head, from, to);
    if (end == from) {
      throw check.header(file, "is empty; the first line should name the columns");
    }
    try {
      return check.header(file, new CsvParser(source.csv()).cells(Utf8.text(head, from, end)));
    } catch (InvalidRecordException e) {
      throw check.faultyHeader(file, Utf8.replacing(head, from, end), e.getMessage());
    }
  }

  private static String line(byte[] head, int from, int to) {
    return Utf8.replacing(head, from, lineEnd(head, from, to));
  }

  private static int lineEnd(byte[] head, int from, int to) {
    int end = to;
    while (end > from && (head[end - 1] == '\n' || head[end - 1] == '\r')) {
      end--;
    }
    return end;
  }

  /** Where the records start, and the header if there is one. */
  private record Start(long offset, long line, @Nullable List<String> header) {}
}
