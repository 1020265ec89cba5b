package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.FailedDocument;
import io.beambatch.document.ReservedFields;
import io.beambatch.job.CsvDialect;
import io.beambatch.json.JsonText;
import io.beambatch.json.LineReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns each CSV record into a document; the header gives the field names, and every value is a
 * string.
 */
final class CsvRecords implements RecordParser {
  private final String file;
  private final @Nullable IdField idField;
  private final List<String> header;
  private final CsvDialect dialect;
  private final CsvParser parser;
  private final @Nullable CsvScanner scanner;

  /**
   * Parses the records of a file.
   *
   * @param file the file's name, for documents that have no id of their own
   * @param scanner the scanner that finds the records; null if they are passed one by one
   */
  CsvRecords(
      String file,
      @Nullable String idField,
      List<String> header,
      CsvDialect dialect,
      @Nullable CsvScanner scanner) {
    this.file = file;
    this.idField = IdField.of(idField);
    this.header = header;
    this.dialect = dialect;
    this.parser = new CsvParser(dialect);
    this.scanner = scanner;
  }

  @Override
  public @Nullable Document parse(LineReader record) throws InvalidRecordException {
    if (record.start() == record.end()) {
      return null;
    }
    if (!record.terminated() && scanner != null && scanner.inQuotes()) {
      throw new InvalidRecordException(
          "a quote is opened and never closed, so that the record reaches to the end of the file,"
              + " line "
              + (record.number() + newlinesWithin(record))
              + "; close or double the quote");
    }
    return document(
        Utf8.text(record.buffer(), record.start(), record.end()), file + ":" + record.number());
  }

  /**
   * The document in the text of a record.
   *
   * @param place identifies documents that have no id of their own
   */
  Document document(String text, String place) throws InvalidRecordException {
    List<@Nullable String> values = parser.cells(text);
    boolean less = values.size() < header.size();
    boolean fillable = less || endsEmpty(values);
    if (values.size() != header.size() && !(dialect.ragged() && fillable)) {
      String advice =
          less
              ? "; if its last cells are left out, say source.ragged: true"
              : "; if rows end with a delimiter, say source.ragged: true";
      throw new InvalidRecordException(
          fields(values.size())
              + ", but the header has "
              + header.size()
              + (fillable ? advice : ""));
    }
    JsonText json = new JsonText();
    String id = null;
    for (int i = 0; i < header.size(); i++) {
      String field = header.get(i);
      String value = i < values.size() ? values.get(i) : "";
      if (!ReservedFields.has(field)) {
        json.put(field, value);
      }
      if (idField != null && idField.name().equals(field)) {
        id = value;
      }
    }
    if (idField == null) {
      return new Document(place, json.build());
    }
    if (id == null || id.isEmpty()) {
      throw new InvalidRecordException(idField.missing(), json.build());
    }
    return new Document(id, json.build());
  }

  /** Returns whether the cell after the last column is empty. */
  private boolean endsEmpty(List<@Nullable String> values) {
    return values.stream().skip(header.size()).allMatch(""::equals);
  }

  /** The row with its header, so that it can be corrected and read again from the dead letter. */
  @Override
  public FailedDocument failed(String path, LineReader record, InvalidRecordException problem) {
    String row = Utf8.replacing(record.buffer(), record.start(), record.end());
    String json = problem.json() == null ? CsvRow.json(row, header, dialect) : problem.json();
    return SplitReader.failed(path, record.number(), String.valueOf(problem.getMessage()), json);
  }

  private static long newlinesWithin(LineReader record) {
    long count = 0;
    for (int i = record.start(); i < record.end() - 1; i++) {
      count += record.buffer()[i] == '\n' ? 1 : 0;
    }
    return count;
  }

  private static String fields(int count) {
    return count == 1 ? "1 field" : count + " fields";
  }
}
