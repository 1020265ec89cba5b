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

  /** An answer in a file: its fingerprint, itself, and the checksum of both. */
  public static final class Entry {
    private static final int FRAME = Fingerprint.BYTES + Integer.BYTES;

    private final byte[] bytes;
    private final Fingerprint fingerprint;

    private Entry(byte[] bytes) {
      ByteBuffer begin = ByteBuffer.wrap(bytes);
      this.bytes = bytes;
      this.fingerprint = new Fingerprint(begin.getLong(), begin.getLong());
    }

    /** The entry of an answer that is in no file yet. */
    public static Entry of(Fingerprint fingerprint, StoredAnswer answer) throws IOException {
      byte[] encoded = answer.encoded();
      ByteBuffer entry = ByteBuffer.allocate(FRAME + encoded.length);
      entry.putLong(fingerprint.high()).putLong(fingerprint.low()).put(encoded);
      return new Entry(entry.putInt(checksum(entry.array())).array());
    }

    private static int checksum(byte[] entry) {
      CRC32C checksum = new CRC32C();
      checksum.update(entry, 0, entry.length - Integer.BYTES);
      return (int) checksum.getValue();
    }

    private boolean isWhole() {
      return ByteBuffer.wrap(bytes).getInt(bytes.length - Integer.BYTES) == checksum(bytes);
    }

    private int length() {
      return bytes.length - FRAME;
    }

    /** The answer's fingerprint. */
    public Fingerprint fingerprint() {
      return fingerprint;
    }

    /** The answer, encoded and not copied; {@link StoredAnswer#decoded} reads it. */
    public ByteBuffer answer() {
      return ByteBuffer.wrap(bytes, Fingerprint.BYTES, length());
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
      add(Entry.of(fingerprint, answer));
    }

    /**
     * Adds an answer of another file as it is there.
     *
     * @param entry larger than the one before
     */
    public void add(Entry entry) throws IOException {
      if (last != null && last.compareTo(entry.fingerprint()) >= 0) {
        throw new IllegalArgumentException("fingerprints must be added in ascending order");
      }
      last = entry.fingerprint();
      if (out == null) {
        file = PendingFile.create(path);
        out = new DataOutputStream(file.stream());
        out.writeInt(MAGIC);
      }
      out.writeInt(entry.length());
      out.write(entry.bytes);
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
    private @Nullable Entry entry;
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
        Entry read = new Entry(in.readByteArray(Entry.FRAME + length));
        if (!read.isWhole()) {
          throw damaged("a checksum is wrong");
        }
        entry = read;
        entries++;
        return true;
      } catch (EOFException e) {
        throw damaged("it ends early");
      }
    }

    /**
     * The answer.
     *
     * @throws IllegalStateException before the first one
     */
    public Entry entry() {
      if (entry == null) {
        throw new IllegalStateException("there is none yet");
      }
      return entry;
    }

    private DamagedException damaged(String how) {
      return new DamagedException("the file of answers " + path + " is damaged: " + how);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
