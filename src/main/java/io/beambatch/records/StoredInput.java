package io.beambatch.records;

import io.beambatch.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A file that is read at changing positions. Seeking far ahead, or back, reopens it. */
final class StoredInput extends InputStream {
  /** Up to about this distance, skipping is cheaper than reopening. */
  private static final long NEAR = 1 << 16;

  private final String path;
  private final long size;
  private @Nullable InputStream stream;
  private long streamAt;
  private long position;

  StoredInput(String path) throws IOException {
    this.path = path;
    try {
      this.size = Storage.size(path);
    } catch (IOException e) {
      throw new UnavailableException(e);
    }
  }

  long size() {
    return size;
  }

  long position() {
    return position;
  }

  void seek(long to) throws IOException {
    if (to < 0 || to > size) {
      throw new EOFException("the file ends before byte " + to + "; it was cut off");
    }
    position = to;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position >= size) {
      return -1;
    }
    int read;
    try {
      read = here().read(bytes, offset, length);
    } catch (IOException e) {
      throw new UnavailableException(e);
    }
    if (read > 0) {
      position += read;
      streamAt = position;
    }
    return read;
  }

  private InputStream here() throws IOException {
    InputStream open = stream;
    if (open != null && (position < streamAt || position - streamAt > NEAR)) {
      open.close();
      open = null;
    }
    if (open == null) {
      open = Storage.open(path, position);
      stream = open;
    } else if (position > streamAt) {
      open.skipNBytes(position - streamAt);
    }
    streamAt = position;
    return open;
  }

  @Override
  public void close() throws IOException {
    if (stream != null) {
      stream.close();
      stream = null;
    }
  }

  /** The file could not be accessed, which says nothing about its contents. */
  static final class UnavailableException extends IOException {
    UnavailableException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
