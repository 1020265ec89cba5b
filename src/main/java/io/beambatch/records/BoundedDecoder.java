package io.beambatch.records;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Decodes Avro from memory. Avro's own decoder allocates as many bytes or items as a length claims;
 * this one first checks that they are there.
 */
final class BoundedDecoder extends Decoder {
  /** Items that take no bytes, such as nulls, are not bounded by the remaining bytes. */
  private static final long ITEMS_OF_NOTHING = 1_000_000;

  private final BinaryDecoder in;
  private final InputStream rest;
  private long itemsOfNothing = ITEMS_OF_NOTHING;

  BoundedDecoder(byte[] bytes, int from, int length) {
    in = DecoderFactory.get().binaryDecoder(bytes, from, length, null);
    rest = in.inputStream();
  }

  /** The number of remaining bytes. */
  int remaining() throws IOException {
    return rest.available();
  }

  /**
   * Checks that there can be as many values.
   *
   * @throws IOException if not
   */
  long count(long items) throws IOException {
    long without = items - remaining();
    if (without > 0) {
      itemsOfNothing -= without;
    }
    if (itemsOfNothing < 0) {
      throw new IOException("it claims to have " + items + " items in " + remaining() + " bytes");
    }
    return items;
  }

  private byte[] bytes() throws IOException {
    long length = in.readLong();
    if (length < 0) {
      throw new IOException("it has a negative length");
    }
    if (length > remaining()) {
      throw new EOFException("it claims to have " + length + " bytes, of " + remaining());
    }
    byte[] bytes = new byte[(int) length];
    in.readFixed(bytes, 0, bytes.length);
    return bytes;
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(bytes());
  }

  @Override
  public String readString() throws IOException {
    return new String(bytes(), UTF_8);
  }

  @Override
  public void skipString() throws IOException {
    bytes();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(bytes());
  }

  @Override
  public void skipBytes() throws IOException {
    bytes();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.readFixed(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed(length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public long readArrayStart() throws IOException {
    return count(in.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return count(in.arrayNext());
  }

  @Override
  public long skipArray() throws IOException {
    return count(in.skipArray());
  }

  @Override
  public long readMapStart() throws IOException {
    return count(in.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return count(in.mapNext());
  }

  @Override
  public long skipMap() throws IOException {
    return count(in.skipMap());
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }
}
