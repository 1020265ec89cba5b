package io.beambatch.sink;

import io.beambatch.bigquery.RowForm;
import io.beambatch.json.RecordReader;
import io.beambatch.schema.AvroJson;
import io.beambatch.schema.MismatchException;
import io.beambatch.schema.Types;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Encoder;

/** Writes JSON lines as an Avro file that a BigQuery load job takes. */
final class RowFile {
  /** More than any document with its answer can have. */
  private static final int MAX_LINE = 512 << 20;

  private static final int FASTEST = 1;

  private RowFile() {}

  /**
   * Writes a stream of JSON lines.
   *
   * @param documents how the lines are read
   * @param rows how they are written: the same, but for arrays that are never null
   * @param rowForm how values are written that BigQuery might not take
   * @return the number of rows
   * @throws IOException naming line and field if a document doesn't fit
   */
  static long write(
      InputStream from,
      LineForm form,
      Schema documents,
      Schema rows,
      RowForm rowForm,
      OutputStream to)
      throws IOException {
    AvroJson json = AvroJson.of(documents);
    RecordReader line = RecordReader.ofLines(from, MAX_LINE);
    long records = 0;
    DataFileWriter<GenericRecord> file = writer(rows, rowForm);
    file.create(rows, to);
    while (line.next()) {
      if (line.tooLong()) {
        throw new IOException("line " + line.line() + ": " + line.bytes() + " bytes are too many");
      }
      try {
        file.append(
            switch (form) {
              case COLUMNS -> json.record(line.buffer(), line.start(), line.end());
              case WRAPPED ->
                  json.record(FailedLine.wrapped(line.buffer(), line.start(), line.end()));
            });
      } catch (MismatchException e) {
        throw new IOException("line " + line.line() + ": " + e.getMessage(), e);
      }
      records++;
    }
    // Not closed: the stream is the caller's, who decides whether the file is kept.
    file.flush();
    return records;
  }

  /** Writes a file without rows. */
  static void writeEmpty(Schema rows, OutputStream to) throws IOException {
    DataFileWriter<GenericRecord> file = writer(rows, RowForm.PLAIN);
    file.create(rows, to);
    file.flush();
  }

  private static DataFileWriter<GenericRecord> writer(Schema rows, RowForm form) {
    return new DataFileWriter<GenericRecord>(new RowWriter(rows, form))
        .setCodec(CodecFactory.deflateCodec(FASTEST));
  }

  /** How documents stand in lines. */
  enum LineForm {
    /** A column for each field. */
    COLUMNS,
    /** A column for the document, one for why it failed. */
    WRAPPED
  }

  /** BigQuery has no null arrays, and not all JSON. */
  private static final class RowWriter extends GenericDatumWriter<GenericRecord> {
    private final JsonCell json;

    RowWriter(Schema rows, RowForm form) {
      super(rows);
      this.json = new JsonCell(form);
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
