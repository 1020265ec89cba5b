package io.beambatch.records;

import io.beambatch.schema.AvroJson;
import java.io.IOException;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.MessageType;

/**
 * The rows of a Parquet file. A split is a row group, which must be in memory, column by column,
 * while it is read, or consecutive rows of one.
 */
final class ParquetRows implements RowInput {
  private static final int MOST_SPLITS = 16;

  /**
   * A column with a single value takes no bytes per row, but a file of a few bytes doesn't have
   * billions of rows.
   */
  private static final long ROWS_OF_NOTHING = 1L << 24;

  private static final long ROWS_PER_BYTE = 10_000;

  private final String path;
  private final MessageType columns;
  private final Schema schema;
  private final AvroJson json;

  private ParquetRows(String path, MessageType columns, Schema schema) {
    this.path = path;
    this.columns = columns;
    this.schema = schema;
    this.json = AvroJson.of(schema);
  }

  static ParquetRows open(String path) throws IOException {
    try (ParquetFileReader reader = reader(path)) {
      FileMetaData file = reader.getFooter().getFileMetaData();
      MessageType columns = file.getSchema();
      Schema schema = ParquetSchema.of(columns, file.getKeyValueMetaData());
      check(reader, new StoredFile(path).getLength());
      return new ParquetRows(path, columns, schema);
    } catch (IOException | RuntimeException e) {
      String message = RowInput.problem(e);
      throw RowInput.failed(
          message.contains("is not a Parquet file")
              ? "Can't read " + path + ": it is no Parquet file, or cut off; check source.type"
              : "Can't read " + path + " as Parquet: " + message,
          e);
    } catch (StackOverflowError e) {
      throw RowInput.failed(
          "Can't read " + path + " as Parquet: its columns are nested too deeply", e);
    } catch (OutOfMemoryError e) {
      throw RowInput.failed(
          "Can't read " + path + " as Parquet: it claims more columns than fit into memory", e);
    }
  }

  /** Rejects claims of the footer that the file can't hold, before memory is allocated for them. */
  private static void check(ParquetFileReader reader, long length) throws IOException {
    for (BlockMetaData group : reader.getFooter().getBlocks()) {
      long bytes = 0;
      for (ColumnChunkMetaData column : group.getColumns()) {
        ParquetCodecs.check(column.getPath().toDotString(), column.getCodec());
        long start = column.getStartingPos();
        long size = column.getTotalSize();
        if (start < 0 || size < 0 || size > length - start) {
          throw new IOException(
              "column " + column.getPath().toDotString() + " extends beyond the end of the file");
        }
        bytes += size;
      }
      if (group.getRowCount() < 0
          || group.getRowCount() > ROWS_OF_NOTHING + bytes * ROWS_PER_BYTE) {
        throw new IOException(
            "a row group claims to have " + group.getRowCount() + " rows in " + bytes + " bytes");
      }
    }
  }

  private static ParquetFileReader reader(String path) throws IOException {
    return ParquetFileReader.open(
        new StoredFile(path),
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .build());
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void split(long bytes, long block, Consumer<Split> splits) throws IOException {
    try (ParquetFileReader reader = reader(path)) {
      long first = 1;
      int index = 0;
      for (BlockMetaData group : reader.getFooter().getBlocks()) {
        long rows = group.getRowCount();
        long count = Math.min(MOST_SPLITS, 1 + group.getTotalByteSize() / block);
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
      throw RowInput.failed("Can't read " + path + " as Parquet: " + RowInput.problem(e), e);
    }
  }

  @Override
  public void read(Split split, Receiver receiver) throws IOException {
    long number = split.first();
    try (ParquetFileReader reader = reader(path)) {
      PageReadStore group = reader.readRowGroup((int) split.place());
      RecordReader<GenericRecord> records =
          new ColumnIOFactory(reader.getFooter().getFileMetaData().getCreatedBy())
              .getColumnIO(columns)
              .getRecordReader(group, new ParquetConverters(columns, schema));
      for (long before = firstOf(split, reader); before < number; before++) {
        records.read();
      }
      for (long i = 0; i < split.count(); i++, number++) {
        receiver.take(number, records.read(), json);
      }
    } catch (IOException | RuntimeException e) {
      throw RowInput.damaged(path, number, RowInput.problem(e), e);
    } catch (OutOfMemoryError e) {
      // A page may claim more than all memory; what was allocated before is still valid.
      throw RowInput.damaged(path, number, "its page claims more values than fit into memory", e);
    }
  }

  /** The number of the first record in a split's row group. */
  private static long firstOf(Split split, ParquetFileReader reader) {
    return 1
        + reader.getFooter().getBlocks().subList(0, (int) split.place()).stream()
            .mapToLong(BlockMetaData::getRowCount)
            .sum();
  }

  /** Adapts a stored file for Parquet. */
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
