package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.beambatch.json.RecordReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Writes JSON lines as CSV, as in RFC 4180: a header, CRLF, quotes where needed. */
final class CsvFile {
  /** More than any document with its answer can have. */
  static final int MAX_LINE = 512 << 20;

  private CsvFile() {}

  /**
   * Writes a stream of JSON lines.
   *
   * @return the number of records, the header not counted
   */
  static long write(InputStream from, List<String> columns, OutputStream to) throws IOException {
    CsvCells cells = new CsvCells(columns);
    RecordReader line = RecordReader.ofLines(from, MAX_LINE);
    long records = 0;
    CSVPrinter printer =
        new CSVPrinter(new BufferedWriter(new OutputStreamWriter(to, UTF_8)), CSVFormat.RFC4180);
    printer.printRecord(columns);
    while (line.next()) {
      if (line.tooLong()) {
        throw new IOException("line " + line.line() + ": " + line.bytes() + " bytes are too many");
      }
      try {
        printer.printRecord(cells.of(line.buffer(), line.start(), line.end()));
      } catch (IOException e) {
        throw new IOException("line " + line.line() + ": " + e.getMessage(), e);
      }
      records++;
    }
    // Not closed: the stream is the caller's, who decides whether the file is kept.
    printer.flush();
    return records;
  }
}
