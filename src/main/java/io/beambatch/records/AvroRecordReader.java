package io.beambatch.records;

import io.beambatch.schema.Utf8Text;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.ResolvingDecoder;
import org.apache.avro.util.Utf8;

/**
 * Reads records like Avro's reader, but keeps the order of maps, replaces no bytes of texts, and
 * limits the depth of recursive records.
 */
final class AvroRecordReader extends GenericDatumReader<GenericRecord> {
  /** The maximum depth of JSON, with room for the arrays between the records. */
  private static final int DEEPEST = 300;

  private int depth;

  AvroRecordReader(Schema schema) {
    super(schema, schema, new GenericData());
  }

  @Override
  protected Object readRecord(Object old, Schema expected, ResolvingDecoder in) throws IOException {
    if (++depth > DEEPEST) {
      throw new IOException("its records are nested more than " + DEEPEST + " deep");
    }
    try {
      return super.readRecord(old, expected, in);
    } finally {
      depth--;
    }
  }

  @Override
  protected Object readString(Object old, Schema expected, Decoder in) throws IOException {
    return text(in);
  }

  @Override
  protected Object readMapKey(Object old, Schema expected, Decoder in) throws IOException {
    return text(in);
  }

  private static Object text(Decoder in) throws IOException {
    Utf8 text = in.readString(null);
    return Utf8Text.decode(ByteBuffer.wrap(text.getBytes(), 0, text.getByteLength()));
  }

  @Override
  protected Object newMap(Object old, int size) {
    return new AvroMap();
  }

  @Override
  protected void addToMap(Object map, Object key, Object value) {
    ((AvroMap) map).add(key, value);
  }

  @Override
  protected Object newArray(Object old, int size, Schema schema) {
    return new GenericData.Array<>(0, schema);
  }
}
