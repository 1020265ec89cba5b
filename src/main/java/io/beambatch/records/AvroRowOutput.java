package io.beambatch.records;

import io.beambatch.storage.LeftOpen;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/** Writes an Avro file. */
final class AvroRowOutput implements RowOutput {
  private static final int BLOCK = 1 << 18;

  private final DataFileWriter<GenericRecord> writer;

  AvroRowOutput(OutputStream out, Schema schema, String codec) throws IOException {
    writer = new DataFileWriter<>(new GenericDatumWriter<>(schema, new GenericData()));
    writer.setCodec(codec(codec)).setSyncInterval(BLOCK);
    writer.create(schema, new LeftOpen(out));
  }

  private static CodecFactory codec(String name) {
    return switch (name) {
      case "none" -> CodecFactory.nullCodec();
      case "deflate" -> CodecFactory.deflateCodec(CodecFactory.DEFAULT_DEFLATE_LEVEL);
      case "zstd" -> CodecFactory.zstandardCodec(CodecFactory.DEFAULT_ZSTANDARD_LEVEL);
      default -> CodecFactory.fromString(name);
    };
  }

  @Override
  public void add(GenericRecord record) throws IOException {
    writer.append(record);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
