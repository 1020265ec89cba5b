package io.beambatch.reuse;

import io.beambatch.storage.Storage;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import okio.BufferedSource;
import okio.Okio;

/**
 * The fingerprints of a part's requests with their sizes: one record of fixed length for each line
 * of the part's request file, in order. Planning selects lines by it, without reading the requests.
 */
public final class FingerprintFile {
  private FingerprintFile() {}

  /**
   * A request.
   *
   * @param bytes of its line, with the line break
   * @param tokens estimated
   * @param weight what it counts against the provider's limit of requests
   */
  public record Entry(Fingerprint fingerprint, int bytes, long tokens, int weight) {}

  /** Writes the file. It is visible while it grows, like a part's other files. */
  public static final class Writer implements Closeable {
    private final DataOutputStream out;

    /** Writes to a path that nobody reads before it is complete. */
    public Writer(String path) throws IOException {
      this(Storage.create(path));
    }

    /** Writes to a stream. */
    public Writer(OutputStream stream) {
      out = new DataOutputStream(stream);
    }

    /** Adds the next line's request. */
    public void add(Entry entry) throws IOException {
      out.writeLong(entry.fingerprint.high());
      out.writeLong(entry.fingerprint.low());
      out.writeInt(entry.bytes);
      out.writeLong(entry.tokens);
      out.writeInt(entry.weight);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** Reads the file, line by line. */
  public static final class Reader implements Closeable {
    private final BufferedSource in;

    /** Opens the file at its first line. */
    public Reader(InputStream stream) {
      in = Okio.buffer(Okio.source(stream));
    }

    /** The next line's request; {@link java.io.EOFException} after the last. */
    public Entry next() throws IOException {
      return new Entry(
          new Fingerprint(in.readLong(), in.readLong()), in.readInt(), in.readLong(), in.readInt());
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
