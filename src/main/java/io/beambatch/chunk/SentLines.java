package io.beambatch.chunk;

import io.beambatch.storage.RunFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Streams the lines of a part's request file that are sent, and skips the others. */
public final class SentLines extends InputStream {
  private final InputStream in;
  private final LineUses uses;
  private final byte[] read = new byte[1 << 16];
  private byte[] kept = new byte[0];
  private int next;
  private int line;

  private SentLines(InputStream in, LineUses uses) {
    this.in = in;
    this.uses = uses;
  }

  /** Opens a part's requests at the first line. */
  public static InputStream open(Part part, RunFolder folder) throws IOException {
    InputStream requests = folder.open(folder.requests(part.name()));
    if (part.lines() == null) {
      return requests;
    }
    try {
      return new SentLines(requests, LineUses.of(part, folder));
    } catch (IOException | RuntimeException e) {
      requests.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? kept[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int most = Math.min(length, kept.length - next);
    System.arraycopy(kept, next, bytes, offset, most);
    next += most;
    return most;
  }

  /** Fills the buffer if it is empty; false at the end. */
  private boolean fill() throws IOException {
    while (next == kept.length) {
      int length = in.read(read);
      if (length < 0) {
        return false;
      }
      kept = sent(length);
      next = 0;
    }
    return true;
  }

  /** Selects the bytes to send among those that were read last. */
  private byte[] sent(int length) {
    ByteArrayOutputStream sent = new ByteArrayOutputStream(length);
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (read[i] == '\n') {
        add(sent, start, i + 1);
        start = i + 1;
        line++;
      }
    }
    add(sent, start, length);
    return sent.toByteArray();
  }

  private void add(ByteArrayOutputStream sent, int start, int end) {
    if (start < end && uses.use(line).isSent()) {
      sent.write(read, start, end - start);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
