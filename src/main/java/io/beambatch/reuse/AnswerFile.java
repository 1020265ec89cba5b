package io.beambatch.reuse;

import io.beambatch.storage.Storage.PendingFile;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of answers, sorted by fingerprint and written once. Each entry has a checksum over its
 * fingerprint and its bytes, and the end says how many entries there are: whatever is damaged is
 * noticed before it is taken for an answer.
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

  /** As long as the longest result line that a join reads, and what stands beside it. */
  private static final int MOST = (256 << 20) + (1 << 10);

  private AnswerFile() {}

  /** A file is damaged. */
  public static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(String message) {
      super(message);
    }
  }

  /** Writes a file that appears, complete, if and only if it got an entry. */
  public static final class Writer implements Closeable {
    private final String path;
    private @Nullable PendingFile file;
    private @Nullable DataOutputStream out;
    private @Nullable Fingerprint last;
    private long entries;

    /** Writes in place of a file that may be there. */
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
        throw new IllegalArgumentException("fingerprints have to come in their order");
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

    /** How many answers it has. */
    public long entries() {
      return entries;
    }

    /** Makes the file appear. */
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

  /** Reads a file from the start. */
  public static final class Reader implements Closeable {
    private final String path;
    private final DataInputStream in;
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
      in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
      try {
        if (in.readInt() != MAGIC) {
          throw damaged("it doesn't begin as such a file does");
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
     * Goes on to the next answer.
     *
     * @return false at the end
     * @throws DamagedException if the file isn't what was written
     */
    public boolean next() throws IOException {
      try {
        int length = in.readInt();
        if (length == END) {
          if (in.readLong() != entries) {
            throw damaged("it has not as many answers as it says");
          }
          return false;
        }
        if (length < 0 || length > MOST) {
          throw damaged("an answer has no possible length");
        }
        Fingerprint found = new Fingerprint(in.readLong(), in.readLong());
        byte[] read = in.readNBytes(length);
        if (read.length < length) {
          throw new EOFException();
        }
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
    long high = fingerprint.high();
    long low = fingerprint.low();
    for (int shift = 56; shift >= 0; shift -= 8) {
      checksum.update((int) (high >>> shift));
    }
    for (int shift = 56; shift >= 0; shift -= 8) {
      checksum.update((int) (low >>> shift));
    }
    checksum.update(answer);
    return (int) checksum.getValue();
  }
}
