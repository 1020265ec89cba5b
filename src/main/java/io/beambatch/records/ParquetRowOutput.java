package io.beambatch.records;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Writes a Parquet file. A row group is held in memory until it is written. */
final class ParquetRowOutput implements RowOutput {
  /** The metadata key of the documents' Avro schema, which has more types than Parquet. */
  static final String NOTE = "beambatch.avro.schema";

  private static final long ROW_GROUP = 16L << 20;

  private final ParquetWriter<GenericRecord> writer;

  ParquetRowOutput(OutputStream out, Schema schema, String codec) throws IOException {
    writer =
        new Builder(new StreamFile(out), schema)
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(codec(codec))
            .withRowGroupSize(ROW_GROUP)
            .build();
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

  private static final class Builder extends ParquetWriter.Builder<GenericRecord, Builder> {
    private final Schema schema;

    Builder(OutputFile file, Schema schema) {
      super(file);
      this.schema = schema;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @SuppressWarnings("deprecation") // no longer called, but abstract
    @Override
    protected WriteSupport<GenericRecord> getWriteSupport(Configuration configuration) {
      return new RowSupport(schema);
    }

    @Override
    protected WriteSupport<GenericRecord> getWriteSupport(ParquetConfiguration configuration) {
      return new RowSupport(schema);
    }
  }

  /** Passes rows to Parquet. */
  private static final class RowSupport extends WriteSupport<GenericRecord> {
    private final Schema schema;
    private final MessageType columns;
    private @Nullable ParquetRowWriter rows;

    RowSupport(Schema schema) {
      this.schema = schema;
      this.columns = ParquetTypes.of(schema);
    }

    @SuppressWarnings("deprecation") // no longer called, but abstract
    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(columns, Map.of(NOTE, schema.toString()));
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(columns, Map.of(NOTE, schema.toString()));
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      rows = new ParquetRowWriter(schema, columns, consumer);
    }

    @Override
    public void write(GenericRecord row) {
      Objects.requireNonNull(rows).write(row);
    }
  }

  /** Adapts an output stream for Parquet. */
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
