package io.beambatch.sink;

import io.beambatch.json.RecordReader;
import io.beambatch.records.RowFormat;
import io.beambatch.records.RowOutput;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.avro.Schema;

/** Writes JSON lines as records of a schema. */
final class RecordsFile {
  private RecordsFile() {}

  /**
   * Writes a stream of JSON lines.
   *
   * @return the number of records
   */
  static long write(
      InputStream from, Schema schema, RowFormat format, String codec, OutputStream to)
      throws IOException {
    AvroJson json = AvroJson.of(schema);
    RecordReader line = RecordReader.ofLines(from, CsvFile.MAX_LINE);
    long records = 0;
    try (RowOutput writer = format.write(to, schema, codec)) {
      while (line.next()) {
        if (line.tooLong()) {
          throw new IOException(
              "line " + line.line() + ": " + line.bytes() + " bytes are too many");
        }
        try {
          writer.add(json.record(line.buffer(), line.start(), line.end()));
        } catch (IOException e) {
          throw new IOException("line " + line.line() + ": " + e.getMessage(), e);
        }
        records++;
      }
    }
    return records;
  }
}
