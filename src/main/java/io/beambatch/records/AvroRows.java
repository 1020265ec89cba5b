package io.beambatch.records;

import io.beambatch.schema.AvroJson;
import io.beambatch.schema.MismatchException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.avro.InvalidAvroMagicException;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.SeekableInput;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * An Avro file: blocks of records, each of which says how many records and bytes it has and ends
 * with the file's marker. A split is some consecutive blocks.
 */
final class AvroRows implements RowInput {
  private static final int MARKER = 16;
  private static final int BUFFER = 1 << 16;
  private static final int MOST_VARINT_BYTES = 10;

  private final String path;
  private final Schema schema;
  private final AvroJson json;
  private final long firstBlock;

  private AvroRows(String path, Schema schema, long firstBlock) {
    this.path = path;
    this.schema = schema;
    this.json = AvroJson.of(schema);
    this.firstBlock = firstBlock;
  }

  static AvroRows open(String path) throws IOException {
    try (DataFileReader<GenericRecord> reader = reader(path)) {
      // As it will be read from the run's folder, where names are checked.
      Schema schema = new Schema.Parser().parse(reader.getSchema().toString());
      if (schema.getType() != Schema.Type.RECORD) {
        throw new IOException("it holds values of type " + schema.getType() + ", not records");
      }
      return new AvroRows(path, schema, reader.previousSync());
    } catch (InvalidAvroMagicException e) {
      throw new IOException("Can't read " + path + ": it is no Avro file; check source.type", e);
    } catch (IOException | RuntimeException e) {
      throw new IOException("Can't read " + path + " as Avro: " + e.getMessage(), e);
    }
  }

  private static DataFileReader<GenericRecord> reader(String path) throws IOException {
    return new DataFileReader<>(
        new AvroInput(new StoredInput(path)),
        new GenericDatumReader<>(null, null, new GenericData()));
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void split(long bytes, long block, Consumer<Split> splits) throws IOException {
    // Blocks are small: writers begin a new one after some 64 KB.
    long at = firstBlock;
    try (StoredInput input = new StoredInput(path)) {
      byte[] marker = new byte[MARKER];
      input.seek(firstBlock - MARKER);
      try (DataInputStream stream = new DataInputStream(new BufferedInputStream(input, BUFFER))) {
        stream.readFully(marker);
        long start = at;
        long first = 1;
        long count = 0;
        byte[] found = new byte[MARKER];
        while (at < input.size()) {
          long[] read = {0};
          long records = varint(stream, read);
          long length = varint(stream, read);
          if (records < 0 || length < 0) {
            throw new IOException("a block has a negative length");
          }
          stream.skipNBytes(length);
          stream.readFully(found);
          if (!Arrays.equals(marker, found)) {
            throw new IOException("a block doesn't end where it says");
          }
          at += read[0] + length + MARKER;
          count += records;
          if (at - start >= bytes) {
            splits.accept(new Split(start, first, count));
            start = at;
            first += count;
            count = 0;
          }
        }
        if (count > 0) {
          splits.accept(new Split(start, first, count));
        }
      }
    } catch (EOFException e) {
      throw new IOException("Can't read " + path + ": it is cut off in the block at byte " + at, e);
    } catch (IOException e) {
      throw new IOException(
          "Can't read " + path + ": it is damaged at byte " + at + ": " + e.getMessage(), e);
    }
  }

  /** A number as Avro writes it: seven bits a byte, the sign in the lowest bit. */
  private static long varint(DataInputStream stream, long[] read) throws IOException {
    long value = 0;
    for (int i = 0; i < MOST_VARINT_BYTES; i++) {
      int b = stream.readUnsignedByte();
      read[0]++;
      value |= (long) (b & 0x7F) << (7 * i);
      if (b < 0x80) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new IOException("a block's length is no number");
  }

  @Override
  public void read(Split split, Receiver receiver) throws IOException {
    long number = split.first();
    try (DataFileReader<GenericRecord> reader = reader(path)) {
      reader.seek(split.place());
      for (long i = 0; i < split.count(); i++, number++) {
        GenericRecord record = reader.next();
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

  /** What Avro reads from. */
  private record AvroInput(StoredInput input) implements SeekableInput {
    @Override
    public void seek(long position) throws IOException {
      input.seek(position);
    }

    @Override
    public long tell() {
      return input.position();
    }

    @Override
    public long length() {
      return input.size();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return input.read(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      input.close();
    }
  }
}
