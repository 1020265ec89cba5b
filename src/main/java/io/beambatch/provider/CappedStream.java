package io.beambatch.provider;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that throws a {@link TooMuchException} when more bytes arrive than allowed. */
final class CappedStream extends FilterInputStream {
  private final String what;
  private final long most;
  private long count;

  CappedStream(InputStream in, String what, long most) {
    super(in);
    this.what = what;
    this.most = most;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    count += Math.max(read, 0);
    if (count > most) {
      throw new TooMuchException(
          what
              + " has more than "
              + most
              + " bytes (uncompressed), more than the answers to its batch can have; it is not"
              + " read further");
    }
    return read;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
