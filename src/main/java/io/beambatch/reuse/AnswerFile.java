package io.beambatch.reuse;

import io.beambatch.storage.Storage.PendingFile;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A file of answers, sorted by fingerprint and written once. The cache consists of such files, and
 * a run keeps in them the answers for which other documents wait. Each entry has a checksum over
 * its fingerprint and its bytes, and the end has the number of entries, so damage is always
 * noticed.
 *
 * <pre>
 * "BBA1"
 * entry:  length (4 bytes, at least 0), fingerprint (16), bytes, CRC-32C of both (4)
 * end:    length -1, number of entries (8)
 * </pre>
 */
public final class AnswerFile {
  private static final int MAGIC = 0x42424131;
  private static final int END = -1;

  /** The longest result line that a join reads, plus its origin. */
  private static final int MOST = (256 << 20) + (1 << 10);

  private AnswerFile() {}

  /** A file is damaged. */
  public static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(String message) {
      super(message);
    }
  }

  /** Writes a file. It becomes visible when it is complete, and only if it has an entry. */
  public static final class Writer implements Closeable {
    private final String path;
    private @Nullable PendingFile file;
    private @Nullable DataOutputStream out;
    private @Nullable Fingerprint last;
    private long entries;

    /** Writes a file; it replaces an existing one. */
    public Writer(String path) {
      this.path = path;
    }

    /**
     * Adds an answer.
     *
     * @param fingerprint larger than that of the one before
     */
    public void add(Fingerprint fingerprint, StoredAnswer answer) throws IOException {
      add(fingerprint, answer.encoded());
    }

    /** Adds an answer in its encoded form. */
    public void add(Fingerprint fingerprint, byte[] answer) throws IOException {
      if (last != null && last.compareTo(fingerprint) >= 0) {
        throw new IllegalArgumentException("fingerprints must be added in ascending order");
      }
      last = fingerprint;
      if (out == null) {
        file = PendingFile.create(path);
        out = new DataOutputStream(file.stream());
        out.writeInt(MAGIC);
      }
      out.writeInt(answer.length);
      out.writeLong(fingerprint.high());
      out.writeLong(fingerprint.low());
      out.write(answer);
      out.writeInt(checksum(fingerprint, answer));
      entries++;
    }

    /** The number of answers. */
    public long entries() {
      return entries;
    }

    /** Makes the file visible. */
    public void commit() throws IOException {
      if (file != null && out != null) {
        out.writeInt(END);
        out.writeLong(entries);
        out.flush();
        file.commit();
      }
    }

    @Override
    public void close() throws IOException {
      if (file != null) {
        file.close();
      }
    }
  }

  /** Reads a file, answer by answer. */
  public static final class Reader implements Closeable {
    private final String path;
    private final BufferedSource in;
    private Fingerprint fingerprint = new Fingerprint(0, 0);
    private byte[] bytes = new byte[0];
    private long entries;

    /**
     * Reads a stream.
     *
     * @param path of the file, for messages
     */
    public Reader(String path, InputStream stream) throws IOException {
      this.path = path;
      in = Okio.buffer(Okio.source(stream));
      try {
        if (in.readInt() != MAGIC) {
          throw damaged("it doesn't begin like a file of answers");
        }
      } catch (EOFException e) {
        in.close();
        throw damaged("it ends early");
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    }

    /**
     * Advances to the next answer.
     *
     * @return false at the end
     * @throws DamagedException if the file is damaged
     */
    public boolean next() throws IOException {
      try {
        int length = in.readInt();
        if (length == END) {
          if (in.readLong() != entries) {
            throw damaged("the number of its answers is wrong");
          }
          return false;
        }
        if (length < 0 || length > MOST) {
          throw damaged("the length of an answer is impossible");
        }
        Fingerprint found = new Fingerprint(in.readLong(), in.readLong());
        byte[] read = in.readByteArray(length);
        if (in.readInt() != checksum(found, read)) {
          throw damaged("a checksum is wrong");
        }
        fingerprint = found;
        bytes = read;
        entries++;
        return true;
      } catch (EOFException e) {
        throw damaged("it ends early");
      }
    }

    /** The answer's fingerprint. */
    public Fingerprint fingerprint() {
      return fingerprint;
    }

    /** The answer, encoded; {@link StoredAnswer#decoded} reads it. */
    public byte[] bytes() {
      return bytes;
    }

    private DamagedException damaged(String how) {
      return new DamagedException("the file of answers " + path + " is damaged: " + how);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  private static int checksum(Fingerprint fingerprint, byte[] answer) {
    CRC32C checksum = new CRC32C();
    checksum.update(
        ByteBuffer.allocate(Fingerprint.BYTES)
            .putLong(fingerprint.high())
            .putLong(fingerprint.low())
            .flip());
    checksum.update(answer);
    return (int) checksum.getValue();
  }
}
