package io.beambatch.records;

import io.beambatch.records.AvroContainer.Frame;
import io.beambatch.schema.AvroJson;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * The rows of an Avro file: blocks of records that each state their number of records and bytes and
 * ends with the file's marker. A split is a sequence of consecutive blocks.
 */
final class AvroRows implements RowInput {
  private static final int BUFFER = 1 << 16;

  /** A fixed value larger than any document would exhaust memory. */
  private static final int LARGEST_FIXED = 1 << 26;

  private final String path;
  private final AvroContainer container;
  private final AvroJson json;

  private AvroRows(String path, AvroContainer container) {
    this.path = path;
    this.container = container;
    this.json = AvroJson.of(container.schema());
  }

  static AvroRows open(String path) throws IOException {
    try {
      AvroContainer container = AvroContainer.open(path);
      if (container.schema().getType() != Schema.Type.RECORD) {
        throw new IOException(
            "it holds values of type " + container.schema().getType() + ", not records");
      }
      AvroCodecs.check(container.codec());
      checkSizes(container.schema(), new HashSet<>());
      return new AvroRows(path, container);
    } catch (AvroContainer.NotAvroException e) {
      throw RowInput.failed("Can't read " + path + ": it is no Avro file; check source.type", e);
    } catch (EOFException e) {
      throw RowInput.failed("Can't read " + path + " as Avro: it is cut off in its header", e);
    } catch (IOException | RuntimeException e) {
      throw RowInput.failed("Can't read " + path + " as Avro: " + RowInput.problem(e), e);
    } catch (StackOverflowError e) {
      throw RowInput.failed("Can't read " + path + " as Avro: its schema is nested too deeply", e);
    }
  }

  private static void checkSizes(Schema schema, Set<String> seen) throws IOException {
    switch (schema.getType()) {
      case FIXED -> {
        if (schema.getFixedSize() > LARGEST_FIXED) {
          throw new IOException(
              "its type " + schema.getFullName() + " has " + schema.getFixedSize() + " bytes");
        }
      }
      case RECORD -> {
        if (seen.add(schema.getFullName())) {
          for (Schema.Field field : schema.getFields()) {
            checkSizes(field.schema(), seen);
          }
        }
      }
      case ARRAY -> checkSizes(schema.getElementType(), seen);
      case MAP -> checkSizes(schema.getValueType(), seen);
      case UNION -> {
        for (Schema branch : schema.getTypes()) {
          checkSizes(branch, seen);
        }
      }
      default -> {}
    }
  }

  @Override
  public Schema schema() {
    return container.schema();
  }

  @Override
  public void split(long bytes, long block, Consumer<Split> splits) throws IOException {
    // Blocks are small: writers begin a new one after some 64 KB.
    long at = container.firstBlock();
    try (StoredInput input = new StoredInput(path)) {
      input.seek(at);
      try (DataInputStream stream = new DataInputStream(new BufferedInputStream(input, BUFFER))) {
        long start = at;
        long first = 1;
        long count = 0;
        while (at < input.size()) {
          Frame frame = container.frame(stream, input.size() - at);
          stream.skipNBytes(frame.length());
          container.checkMarker(stream);
          at += frame.bytes();
          count = Math.addExact(count, frame.records());
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
      throw RowInput.failed("Can't read " + path + ": it is cut off in the block at byte " + at, e);
    } catch (IOException | ArithmeticException e) {
      throw RowInput.failed(
          "Can't read " + path + ": it is damaged at byte " + at + ": " + RowInput.problem(e), e);
    }
  }

  @Override
  public void read(Split split, Receiver receiver) throws IOException {
    long number = split.first();
    long end = split.first() + split.count();
    AvroRecordReader reader = new AvroRecordReader(container.schema());
    try (StoredInput input = new StoredInput(path)) {
      input.seek(split.place());
      try (DataInputStream stream = new DataInputStream(new BufferedInputStream(input, BUFFER))) {
        long at = split.place();
        while (number < end) {
          Frame frame = container.frame(stream, input.size() - at);
          byte[] block = new byte[Math.toIntExact(frame.length())];
          stream.readFully(block);
          container.checkMarker(stream);
          at += frame.bytes();
          byte[] content = AvroCodecs.decompress(container.codec(), block);
          BoundedDecoder decoder = new BoundedDecoder(content, 0, content.length);
          decoder.count(frame.records());
          for (long i = 0; i < frame.records(); i++, number++) {
            receiver.take(number, reader.read(null, decoder), json);
          }
        }
      }
    } catch (EOFException e) {
      throw RowInput.damaged(path, number, "it ends too early", e);
    } catch (IOException | RuntimeException e) {
      throw RowInput.damaged(path, number, RowInput.problem(e), e);
    } catch (StackOverflowError e) {
      throw RowInput.damaged(path, number, "its records are nested too deeply", e);
    } catch (OutOfMemoryError e) {
      throw RowInput.damaged(path, number, "its block is larger than what fits into memory", e);
    }
  }
}
