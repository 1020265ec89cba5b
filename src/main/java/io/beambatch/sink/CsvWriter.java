package io.beambatch.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** Writes documents as CSV by RFC 4180: a header, CRLF, quotes where needed. */
final class CsvWriter implements DocumentWriter {
  private final CsvCells cells;
  private final CSVPrinter printer;

  /**
   * Writes the header.
   *
   * @param escapeFormulas whether an apostrophe is put before texts that begin like formulas
   */
  CsvWriter(OutputStream out, List<String> columns, boolean escapeFormulas) throws IOException {
    this.cells = new CsvCells(columns, escapeFormulas);
    this.printer =
        new CSVPrinter(new BufferedWriter(new OutputStreamWriter(out, UTF_8)), CSVFormat.RFC4180);
    printer.printRecord(columns.stream().map(cells::text).toList());
  }

  @Override
  public void add(byte[] buffer, int from, int to) throws IOException {
    printer.printRecord(cells.of(buffer, from, to));
  }

  @Override
  public void close() throws IOException {
    printer.flush();
  }
}
