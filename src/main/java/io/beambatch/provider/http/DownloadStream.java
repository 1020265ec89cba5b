package io.beambatch.provider.http;

import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ReplyHead;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import okhttp3.Response;

/**
 * A download as it arrives. It throws an {@link IOException} if the connection breaks off, the
 * content is too short, or it arrives too slowly ever to end; a reader never takes a part for the
 * whole.
 */
public final class DownloadStream extends InputStream {
  /** Slower than any connection that is of use. */
  private static final long SLOWEST_BYTES_PER_SECOND = 1 << 10;

  private final Response response;
  private final InputStream in;
  private final String call;
  private final long bytes;
  private final Duration idle;
  private long count;
  private long nanos;

  /**
   * @param call for messages
   * @param bytes the expected length, or -1 if it isn't known or HTTP marks the end
   * @param idle how long no data may arrive
   */
  public DownloadStream(Response response, String call, long bytes, Duration idle) {
    this.response = response;
    this.in = response.body().byteStream();
    this.call = call;
    this.bytes = bytes;
    this.idle = idle;
  }

  /**
   * A reply whose end HTTP marks.
   *
   * @throws ProviderException if it doesn't: a reply that is cut off would look complete
   */
  public static DownloadStream whole(Response response, String call, Duration idle)
      throws ProviderException {
    if (response.body().contentLength() < 0
        && response.header("Transfer-Encoding") == null
        && response.networkResponse() != null
        && response.networkResponse().header("Content-Encoding") == null) {
      response.close();
      throw new ProviderException(
          Kind.NO_REPLY,
          ReplyHead.of(response.code()),
          call
              + " was answered without a length or an end mark; a reply that is cut off would look"
              + " complete");
    }
    return new DownloadStream(response, call, -1, idle);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = timed(buffer, offset, length);
    if (read < 0 && bytes >= 0 && count != bytes) {
      throw new EOFException(
          call + " ended after " + count + " of " + bytes + " bytes: download it again");
    }
    count += Math.max(read, 0);
    Duration spent = Duration.ofNanos(nanos);
    if (spent.compareTo(idle.plusSeconds(count / SLOWEST_BYTES_PER_SECOND)) > 0) {
      throw new IOException(
          String.format(
              "%s delivered only %d bytes in %d s, which is too slow: download it again",
              call, count, spent.toSeconds()));
    }
    return read;
  }

  /** Measures only the time spent in the connection: the reader may be slow. */
  private int timed(byte[] buffer, int offset, int length) throws IOException {
    long start = System.nanoTime();
    try {
      return in.read(buffer, offset, length);
    } catch (IOException e) {
      // OkHttp's own message is just "timeout", and a message about HTTP may quote the provider.
      boolean stalled = e instanceof SocketTimeoutException;
      throw new IOException(
          call
              + (stalled ? " delivered nothing for " + idle.toMillis() + " ms" : " broke off")
              + ", "
              + count
              + " bytes in: download it again");
    } finally {
      nanos += System.nanoTime() - start;
    }
  }

  @Override
  public void close() {
    response.close();
  }
}
