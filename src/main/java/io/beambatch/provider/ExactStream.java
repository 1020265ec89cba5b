package io.beambatch.provider;

import io.beambatch.provider.BatchProvider.ContentSource;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Content that has to have exactly the size that was announced. Opened at the first read; remembers
 * why it failed, because an HTTP client that reads it in a thread of its own may not say.
 */
final class ExactStream extends InputStream {

  /** The content is longer or shorter than announced. */
  static final class WrongSizeException extends IOException {
    WrongSizeException(String message) {
      super(message);
    }
  }

  private final ContentSource content;
  private final long bytes;
  private long count;
  private @Nullable InputStream in;
  private volatile boolean closed;
  private volatile boolean complete;
  private volatile @Nullable IOException failure;

  ExactStream(ContentSource content, long bytes) {
    this.content = content;
    this.bytes = bytes;
  }

  /** Whether all of it was read, and its size was right. */
  boolean complete() {
    return complete;
  }

  /** Why it could not be read, or null. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    try {
      InputStream stream = opened();
      if (count == bytes) {
        if (!complete && stream.read() >= 0) {
          throw new WrongSizeException("goes on after the " + bytes + " bytes announced");
        }
        complete = true;
        return -1;
      }
      int read = stream.read(buffer, offset, (int) Math.min(length, bytes - count));
      if (read < 0) {
        throw new WrongSizeException(
            "ends after " + count + " of the " + bytes + " bytes announced");
      }
      count += read;
      return read;
    } catch (IOException e) {
      // Once closed, it is the connection that failed, and not the content.
      failure = closed ? failure : e;
      throw e;
    } catch (RuntimeException e) {
      failure = new IOException(e);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    InputStream stream = in;
    if (stream != null) {
      stream.close();
    }
  }

  private InputStream opened() throws IOException {
    if (in == null) {
      in = content.open();
    }
    if (closed) {
      in.close();
      throw new IOException("was closed while it was read");
    }
    return in;
  }
}
