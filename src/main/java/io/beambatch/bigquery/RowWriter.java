package io.beambatch.bigquery;

import io.beambatch.schema.AvroJson;
import io.beambatch.schema.Types;
import io.beambatch.sink.DocumentWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Encoder;

/** Writes documents as rows of an Avro file for a load job. */
final class RowWriter implements DocumentWriter {
  /** BigQuery reads the file once, then it is deleted: speed matters more than size. */
  private static final int FASTEST = 1;

  private final AvroJson json;
  private final DataFileWriter<GenericRecord> writer;

  /**
   * Begins a file.
   *
   * @param documents the schema of the documents
   * @param rows the schema of the rows: the same, except that arrays are never null
   * @param encoding of values that BigQuery might reject
   */
  RowWriter(OutputStream out, Schema documents, Schema rows, RowEncoding encoding)
      throws IOException {
    this.json = AvroJson.of(documents);
    this.writer =
        new DataFileWriter<GenericRecord>(new DatumWriter(rows, encoding))
            .setCodec(CodecFactory.deflateCodec(FASTEST));
    writer.create(rows, out);
  }

  @Override
  public void add(byte[] buffer, int from, int to) throws IOException {
    writer.append(json.record(buffer, from, to));
  }

  /** Not closed: that would close the caller's stream. */
  @Override
  public void close() throws IOException {
    writer.flush();
  }

  /** BigQuery has no null arrays, and doesn't accept all JSON. */
  private static final class DatumWriter extends GenericDatumWriter<GenericRecord> {
    private final JsonCell json;

    DatumWriter(Schema rows, RowEncoding encoding) {
      super(rows);
      this.json = new JsonCell(encoding);
    }

    @Override
    protected void writeArray(Schema schema, Object datum, Encoder out) throws IOException {
      super.writeArray(schema, datum == null ? List.of() : datum, out);
    }

    @Override
    protected void writeString(Schema schema, Object datum, Encoder out) throws IOException {
      super.writeString(schema, Types.isJson(schema) ? json.of(datum.toString()) : datum, out);
    }
  }
}
