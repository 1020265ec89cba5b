package io.beambatch.records;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The header of an Avro file, and the frames of its blocks. Avro's own reader allocates whatever a
 * length claims; here a length must be covered by the file's size.
 *
 * @param schema of the records
 * @param codec the compression of the blocks
 * @param marker the sync marker at the end of each block
 * @param firstBlock the offset of the first block
 */
record AvroContainer(Schema schema, String codec, ByteBuffer marker, long firstBlock) {
  static final int MARKER = 16;

  private static final byte[] MAGIC = {'O', 'b', 'j', 1};
  private static final String SCHEMA = "avro.schema";
  private static final String CODEC = "avro.codec";
  private static final String NO_CODEC = "null";
  private static final int HEADER = 1 << 16;
  private static final int LARGEST_HEADER = 1 << 24;
  private static final int MOST_VARINT_BYTES = 10;

  /**
   * Reads the header of a file.
   *
   * @throws NotAvroException if the file is something else
   */
  static AvroContainer open(String path) throws IOException {
    for (int size = HEADER; ; size *= 4) {
      byte[] head;
      long length;
      try (StoredInput input = new StoredInput(path)) {
        length = input.size();
        head = input.readNBytes(size);
      }
      if (head.length < MAGIC.length
          || !Arrays.equals(head, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
        throw new NotAvroException();
      }
      try {
        return parse(head);
      } catch (EOFException e) {
        if (size >= LARGEST_HEADER || head.length == length) {
          throw e;
        }
      }
    }
  }

  private static AvroContainer parse(byte[] head) throws IOException {
    BoundedDecoder decoder = new BoundedDecoder(head, MAGIC.length, head.length - MAGIC.length);
    Map<String, byte[]> metadata = new HashMap<>();
    for (long i = decoder.readMapStart(); i != 0; i = decoder.mapNext()) {
      for (long j = 0; j < i; j++) {
        metadata.put(decoder.readString(), decoder.readBytes(ByteBuffer.allocate(0)).array());
      }
    }
    byte[] marker = new byte[MARKER];
    decoder.readFixed(marker, 0, MARKER);
    byte[] schema = metadata.get(SCHEMA);
    if (schema == null) {
      throw new IOException("it has no schema");
    }
    byte[] codec = metadata.get(CODEC);
    return new AvroContainer(
        AvroNames.parse(new String(schema, UTF_8)),
        codec == null ? NO_CODEC : new String(codec, US_ASCII),
        ByteBuffer.wrap(marker),
        head.length - decoder.remaining());
  }

  /**
   * Reads the frame of the block at a stream's position.
   *
   * @param left how many bytes the file has from here
   */
  Frame frame(DataInputStream stream, long left) throws IOException {
    int[] read = {0};
    long records = varint(stream, read);
    long length = varint(stream, read);
    if (records < 0 || length < 0) {
      throw new IOException("a block has a negative length");
    }
    if (length > left - read[0] - MARKER) {
      throw new EOFException();
    }
    return new Frame(records, length, read[0] + length + MARKER);
  }

  void checkMarker(InputStream stream) throws IOException {
    byte[] found = stream.readNBytes(MARKER);
    if (found.length < MARKER) {
      throw new EOFException();
    }
    if (!marker.equals(ByteBuffer.wrap(found))) {
      throw new IOException("a block doesn't end where it says");
    }
  }

  /** An Avro number: seven bits per byte, the sign in the lowest bit. */
  private static long varint(DataInputStream stream, int[] read) throws IOException {
    long value = 0;
    for (int i = 0; i < MOST_VARINT_BYTES; i++) {
      int b = stream.readUnsignedByte();
      read[0]++;
      value |= (long) (b & 0x7F) << (7 * i);
      if (b < 0x80) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new IOException("a block's length is not a number");
  }

  /**
   * The sizes of a block.
   *
   * @param records the number of records
   * @param length of its compressed content
   * @param bytes of the whole block
   */
  record Frame(long records, long length, long bytes) {}

  /** The file is something else. */
  static final class NotAvroException extends IOException {}
}
