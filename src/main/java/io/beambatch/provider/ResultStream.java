package io.beambatch.provider;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A download that says so when it breaks off, stalls, or ends too early. */
final class ResultStream extends InputStream {
  private final InputStream in;
  private final String call;
  private final long bytes;
  private final Duration idleTimeout;
  private long count;
  private volatile boolean stalled;

  /**
   * @param bytes how many have to come, or -1 if that isn't known or the HTTP client sees to it
   */
  ResultStream(InputStream in, String call, long bytes, Duration idleTimeout) {
    this.in = in;
    this.call = call;
    this.bytes = bytes;
    this.idleTimeout = idleTimeout;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = guarded(buffer, offset, length);
    if (read < 0 && bytes >= 0 && count != bytes) {
      throw new EOFException(
          call + " brought " + count + " of " + bytes + " bytes: download it again");
    }
    count += Math.max(read, 0);
    return read;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private int guarded(byte[] buffer, int offset, int length) throws IOException {
    CompletableFuture<Void> watch =
        new CompletableFuture<Void>()
            .completeOnTimeout(null, idleTimeout.toMillis(), TimeUnit.MILLISECONDS);
    // A cancelled watch never gets to this; one that runs out wakes the reader by closing.
    CompletableFuture<Void> breakOff = watch.thenRun(this::breakOff);
    try {
      return in.read(buffer, offset, length);
    } catch (IOException e) {
      String what =
          stalled ? " brought nothing for " + idleTimeout.toMillis() + " ms" : " broke off";
      throw new IOException(call + what + ", " + count + " bytes in: download it again", e);
    } finally {
      watch.cancel(false);
      breakOff.cancel(false);
    }
  }

  private void breakOff() {
    stalled = true;
    try {
      in.close();
    } catch (IOException e) {
      // The reader, which is woken either way, gets its own exception.
      throw new UncheckedIOException(e);
    }
  }
}
