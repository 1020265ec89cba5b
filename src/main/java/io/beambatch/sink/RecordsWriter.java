package io.beambatch.sink;

import io.beambatch.records.RowFormat;
import io.beambatch.records.RowOutput;
import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.avro.Schema;

/** Writes documents as records of a schema, into Avro or Parquet files. */
final class RecordsWriter implements DocumentWriter {
  private final AvroJson json;
  private final RowOutput writer;

  RecordsWriter(OutputStream out, RowFormat format, Schema schema, String codec)
      throws IOException {
    this.json = AvroJson.of(schema);
    this.writer = format.write(out, schema, codec);
  }

  @Override
  public void add(byte[] buffer, int from, int to) throws IOException {
    writer.add(json.record(buffer, from, to));
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
