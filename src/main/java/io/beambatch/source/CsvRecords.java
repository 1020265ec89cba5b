package io.beambatch.source;

import io.beambatch.document.Document;
import io.beambatch.document.ReservedFields;
import io.beambatch.json.JsonText;
import io.beambatch.json.LineReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** One document a CSV record; the header names its fields, and every value is a string. */
final class CsvRecords implements RecordParser {
  private final String file;
  private final @Nullable IdField idField;
  private final CsvHeader header;
  private final CSVFormat format;
  private final CsvScanner scanner;

  /**
   * @param scanner what finds the records that are parsed here
   */
  CsvRecords(
      String file, @Nullable String idField, CsvHeader header, char delimiter, CsvScanner scanner) {
    this.file = file;
    this.idField = IdField.of(idField);
    this.header = header;
    this.format = format(delimiter);
    this.scanner = scanner;
  }

  static CSVFormat format(char delimiter) {
    return CSVFormat.RFC4180.builder().setDelimiter(delimiter).get();
  }

  @Override
  public @Nullable Document parse(LineReader record) throws InvalidRecordException {
    if (record.start() == record.end()) {
      return null;
    }
    if (header.problem() != null) {
      throw new InvalidRecordException(header.problem());
    }
    if (!record.terminated() && scanner.inQuotes()) {
      throw new InvalidRecordException(
          "a quote is opened and never closed, so that the record reaches to the end of the file,"
              + " line "
              + (record.number() + newlinesWithin(record))
              + "; close or double the quote");
    }
    List<String> values = values(Utf8.text(record.buffer(), record.start(), record.end()), format);
    if (values.size() != header.fields().size()) {
      throw new InvalidRecordException(
          fields(values.size()) + ", but the header has " + header.fields().size());
    }
    return document(values, record.number());
  }

  private Document document(List<String> values, long line) throws InvalidRecordException {
    JsonText json = new JsonText();
    String id = null;
    for (int i = 0; i < values.size(); i++) {
      String field = header.fields().get(i);
      if (!ReservedFields.has(field)) {
        json.put(field, values.get(i));
      }
      if (idField != null && idField.name().equals(field)) {
        id = values.get(i);
      }
    }
    if (idField == null) {
      return new Document(file + ":" + line, json.build());
    }
    if (id == null || id.isEmpty()) {
      throw new InvalidRecordException(idField.missing(), json.build());
    }
    return new Document(id, json.build());
  }

  /** The fields of a text that should be one record. */
  static List<String> values(String text, CSVFormat format) throws InvalidRecordException {
    try (CSVParser parser = CSVParser.parse(text, format)) {
      Iterator<CSVRecord> records = parser.iterator();
      List<String> values = records.next().toList();
      if (records.hasNext()) {
        throw new InvalidRecordException(
            "a carriage return without a line feed, outside quotes; end records with CRLF or LF");
      }
      return values;
    } catch (UncheckedIOException e) {
      throw new InvalidRecordException(
          "text between a closing quote and the delimiter; double the quotes within a field");
    } catch (IOException e) {
      throw new UncheckedIOException("text in memory can't be read", e);
    }
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
