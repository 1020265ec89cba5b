package io.beambatch.records;

import io.beambatch.schema.AvroJson;
import io.beambatch.schema.MismatchException;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.RecordMaterializer;

/**
 * A Parquet file. A split is a row group, which has to be in memory, column by column, while it is
 * read; or consecutive rows of one.
 */
final class ParquetRows implements RowInput {
  private static final int MOST_PIECES = 16;

  private final String path;
  private final ParquetSchema schema;
  private final AvroJson json;

  private ParquetRows(String path, ParquetSchema schema) {
    this.path = path;
    this.schema = schema;
    this.json = AvroJson.of(schema.stored());
  }

  static ParquetRows open(String path) throws IOException {
    try (ParquetFileReader reader = reader(path)) {
      FileMetaData file = reader.getFooter().getFileMetaData();
      return new ParquetRows(
          path, ParquetSchema.of(file.getSchema(), file.getKeyValueMetaData(), configuration()));
    } catch (IOException | RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      throw new IOException(
          message.contains("is not a Parquet file")
              ? "Can't read " + path + ": it is no Parquet file, or cut off; check source.type"
              : "Can't read " + path + " as Parquet: " + message,
          e);
    }
  }

  private static ParquetFileReader reader(String path) throws IOException {
    return ParquetFileReader.open(
        new StoredFile(path), ParquetReadOptions.builder(configuration()).build());
  }

  private static PlainParquetConfiguration configuration() {
    PlainParquetConfiguration configuration = new PlainParquetConfiguration();
    configuration.setBoolean(AvroReadSupport.READ_INT96_AS_FIXED, true);
    return configuration;
  }

  @Override
  public Schema schema() {
    return schema.documents();
  }

  @Override
  public void split(long bytes, long block, Consumer<Split> splits) throws IOException {
    try (ParquetFileReader reader = reader(path)) {
      long first = 1;
      int index = 0;
      for (BlockMetaData group : reader.getFooter().getBlocks()) {
        long rows = group.getRowCount();
        long count = Math.min(MOST_PIECES, 1 + group.getTotalByteSize() / block);
        for (long i = 0; i < count; i++) {
          long from = rows * i / count;
          long to = rows * (i + 1) / count;
          if (to > from) {
            splits.accept(new Split(index, first + from, to - from));
          }
        }
        first += group.getRowCount();
        index++;
      }
    } catch (IOException | RuntimeException e) {
      throw new IOException("Can't read " + path + " as Parquet: " + e.getMessage(), e);
    }
  }

  @Override
  public void read(Split split, Receiver receiver) throws IOException {
    long number = split.first();
    try (ParquetFileReader reader = reader(path)) {
      PageReadStore group = reader.readRowGroup((int) split.place());
      RecordReader<GenericRecord> records =
          new ColumnIOFactory(reader.getFooter().getFileMetaData().getCreatedBy())
              .getColumnIO(schema.columns())
              .getRecordReader(schema.renamed(group), materializer());
      for (long before = firstOf(split, reader); before < number; before++) {
        records.read();
      }
      for (long i = 0; i < split.count(); i++, number++) {
        GenericRecord record = records.read();
        try {
          receiver.record(number, json.json(record));
        } catch (MismatchException e) {
          receiver.invalid(number, e.getMessage());
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "Can't read " + path + ", record " + number + ": it is damaged: " + e.getMessage(), e);
    }
  }

  /** The number of the first record in a split's row group. */
  private static long firstOf(Split split, ParquetFileReader reader) {
    return 1
        + reader.getFooter().getBlocks().subList(0, (int) split.place()).stream()
            .mapToLong(BlockMetaData::getRowCount)
            .sum();
  }

  private RecordMaterializer<GenericRecord> materializer() {
    AvroReadSupport<GenericRecord> support = new AvroReadSupport<>(new GenericData());
    PlainParquetConfiguration configuration = configuration();
    return support.prepareForRead(
        configuration,
        schema.metadata(),
        schema.columns(),
        support.init(configuration, schema.metadata(), schema.columns()));
  }

  /** What Parquet reads from. */
  private record StoredFile(String path) implements InputFile {
    @Override
    public long getLength() throws IOException {
      try (StoredInput input = new StoredInput(path)) {
        return input.size();
      }
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
      StoredInput input = new StoredInput(path);
      return new DelegatingSeekableInputStream(input) {
        @Override
        public long getPos() {
          return input.position();
        }

        @Override
        public void seek(long position) throws IOException {
          input.seek(position);
        }
      };
    }

    @Override
    public String toString() {
      return path;
    }
  }
}
