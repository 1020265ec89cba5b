package io.beambatch.records;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** Writes a Parquet file. A row group is in memory until it is written. */
final class ParquetRowOutput implements RowOutput {
  private static final long ROW_GROUP = 16L << 20;

  private final ParquetWriter<GenericRecord> writer;

  ParquetRowOutput(OutputStream out, Schema schema, String codec) throws IOException {
    writer =
        AvroParquetWriter.<GenericRecord>builder(new StreamFile(out))
            .withSchema(schema)
            .withDataModel(new GenericData())
            .withConf(configuration())
            .withCompressionCodec(codec(codec))
            .withRowGroupSize(ROW_GROUP)
            .build();
  }

  static void checkWritable(Schema schema) {
    try {
      new AvroSchemaConverter(configuration()).convert(schema);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("a record of theirs holds itself", e);
    }
  }

  /** Lists that may hold nulls, and lists of lists, as the format's newer rules have them. */
  private static PlainParquetConfiguration configuration() {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.setBoolean(AvroWriteSupport.WRITE_OLD_LIST_STRUCTURE, false);
    return configuration;
  }

  private static CompressionCodecName codec(String name) {
    return switch (name) {
      case "none" -> CompressionCodecName.UNCOMPRESSED;
      case "snappy" -> CompressionCodecName.SNAPPY;
      case "gzip" -> CompressionCodecName.GZIP;
      case "zstd" -> CompressionCodecName.ZSTD;
      default -> throw new IllegalArgumentException("Parquet has no compression " + name);
    };
  }

  @Override
  public void add(GenericRecord record) throws IOException {
    writer.write(record);
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  /** What Parquet writes to. */
  private record StreamFile(OutputStream out) implements OutputFile {
    @Override
    public PositionOutputStream create(long blockSize) {
      return new PositionOutputStream() {
        private long position;

        @Override
        public long getPos() {
          return position;
        }

        @Override
        public void write(int b) throws IOException {
          out.write(b);
          position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          out.write(bytes, offset, length);
          position += length;
        }

        @Override
        public void flush() throws IOException {
          out.flush();
        }

        @Override
        public void close() throws IOException {
          out.flush();
        }
      };
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSize) {
      return create(blockSize);
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }
  }
}
