package io.beambatch.sink;

import io.beambatch.records.RecordFormat;
import io.beambatch.records.RecordWriter;
import io.beambatch.schema.RecordJson;
import io.beambatch.storage.RecordReader;
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
      InputStream from, Schema schema, RecordFormat format, String codec, OutputStream to)
      throws IOException {
    RecordJson json = RecordJson.of(schema);
    RecordReader line = RecordReader.ofLines(from, CsvFile.MAX_LINE);
    long records = 0;
    try (RecordWriter writer = format.write(to, schema, codec)) {
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
