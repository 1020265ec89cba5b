package io.beambatch.chunk;

import io.beambatch.reuse.FingerprintFile;
import io.beambatch.storage.RunFolder;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Streams the lines of a part's request file that are sent. It skips the others by their lengths,
 * without reading them: there may be many.
 */
public final class SentLines extends InputStream {
  /** Lines that follow each other are read together, up to this number of bytes and a line. */
  private static final int AT_ONCE = 1 << 16;

  private final String path;
  private final InputStream requests;
  private final FingerprintFile.Reader lengths;
  private final LineUses uses;
  private int line;

  /** The bytes of the lines that are being read, and are not read yet. */
  private int left;

  private SentLines(
      String path, InputStream requests, FingerprintFile.Reader lengths, LineUses uses) {
    this.path = path;
    this.requests = new BufferedInputStream(requests);
    this.lengths = lengths;
    this.uses = uses;
  }

  /** Opens a part's requests at the first line. */
  public static InputStream open(Part part, RunFolder folder) throws IOException {
    String path = folder.requests(part.name());
    InputStream requests = folder.open(path);
    if (part.lines() == null) {
      return requests;
    }
    try {
      LineUses uses = LineUses.of(part, folder);
      InputStream lengths = folder.open(folder.fingerprints(part.name()));
      return new SentLines(path, requests, new FingerprintFile.Reader(lengths), uses);
    } catch (IOException | RuntimeException e) {
      requests.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (left == 0 && !advance()) {
      return -1;
    }
    int read = requests.read(bytes, offset, Math.min(length, left));
    if (read < 0) {
      throw changed();
    }
    left -= read;
    if (left == 0 && bytes[offset + read - 1] != '\n') {
      throw changed();
    }
    return read;
  }

  /** Advances to the next lines that are sent; false at the end. */
  private boolean advance() throws IOException {
    try {
      long skipped = 0;
      while (line < uses.count() && !uses.use(line).isSent()) {
        skipped += nextLength();
      }
      requests.skipNBytes(skipped);
      while (line < uses.count() && uses.use(line).isSent() && left < AT_ONCE) {
        left += nextLength();
      }
      return left > 0;
    } catch (EOFException e) {
      throw changed();
    }
  }

  private int nextLength() throws IOException {
    line++;
    return lengths.next().bytes();
  }

  private IOException changed() {
    return new IOException(
        path + " is not the file that was planned: its lines have other lengths");
  }

  @Override
  public void close() throws IOException {
    try (requests) {
      lengths.close();
    }
  }
}
