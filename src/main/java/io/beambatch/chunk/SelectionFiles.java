package io.beambatch.chunk;

import io.beambatch.reuse.Fingerprint;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import okio.BufferedSource;
import okio.Okio;

/**
 * The working files of {@link ReuseSelector}, in a temporary folder on the local disk: the
 * fingerprints of all lines, in buckets by their first bits, and a byte for the use of each line.
 * The first bucket has the smallest fingerprints. Closing deletes the folder.
 */
final class SelectionFiles implements Closeable {
  private static final int LINES_A_BUCKET = 1 << 18;

  /** Each bucket is an open file, and processes may not open many. */
  private static final int MOST_BUCKETS = 512;

  private static final int BUFFER = 1 << 13;
  private static final int MAP_BITS = 28;

  private final Path temporary;
  private final List<Bucket> buckets = new ArrayList<>();
  private final List<MappedByteBuffer> uses = new ArrayList<>();
  private final int shift;
  private long added;

  /**
   * Creates files for a number of lines, whose uses are all {@link LineUse#SENT} at first.
   *
   * @throws IOException if the local disk has no room for them
   */
  SelectionFiles(long lines) throws IOException {
    temporary = Files.createTempDirectory("selection-");
    int bits = 0;
    while (1 << bits < MOST_BUCKETS && lines >> bits > LINES_A_BUCKET) {
      bits++;
    }
    shift = Long.SIZE - bits;
    try {
      for (int i = 0; i < 1 << bits; i++) {
        buckets.add(new Bucket(i, temporary.resolve("bucket-" + i)));
      }
      map(lines);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private void map(long lines) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            temporary.resolve("uses"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (long from = 0; from < lines; from += 1L << MAP_BITS) {
        uses.add(file.map(MapMode.READ_WRITE, from, Math.min(1L << MAP_BITS, lines - from)));
      }
    }
  }

  /** Adds the fingerprint of the next line. */
  void add(Fingerprint fingerprint) throws IOException {
    buckets.get(bucket(fingerprint)).add(fingerprint, added++);
  }

  private int bucket(Fingerprint fingerprint) {
    // A shift by 64 bits would be none.
    return buckets.size() == 1 ? 0 : (int) (fingerprint.high() >>> shift);
  }

  /** All buckets, by their first bits. */
  List<Bucket> buckets() throws IOException {
    for (Bucket bucket : buckets) {
      bucket.out.close();
    }
    return buckets;
  }

  /** Records the use of a line. */
  void setUse(long line, LineUse use) {
    uses.get((int) (line >>> MAP_BITS)).put(position(line), use.code());
  }

  /** The use of a line. */
  LineUse use(long line) {
    return LineUse.of(uses.get((int) (line >>> MAP_BITS)).get(position(line)));
  }

  /** The uses of consecutive lines. */
  byte[] uses(long first, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = uses.get((int) ((first + i) >>> MAP_BITS)).get(position(first + i));
    }
    return bytes;
  }

  private static int position(long line) {
    return (int) (line & ((1L << MAP_BITS) - 1));
  }

  @Override
  public void close() throws IOException {
    for (Bucket bucket : buckets) {
      bucket.out.close();
      Files.deleteIfExists(bucket.file);
    }
    Files.deleteIfExists(temporary.resolve("uses"));
    Files.deleteIfExists(temporary);
  }

  /** The lines whose fingerprints begin with the same bits, in their order. */
  final class Bucket {
    private final int number;
    private final Path file;
    private final DataOutputStream out;
    private int size;

    Bucket(int number, Path file) throws IOException {
      this.number = number;
      this.file = file;
      this.out =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER));
    }

    private void add(Fingerprint fingerprint, long line) throws IOException {
      out.writeLong(fingerprint.high());
      out.writeLong(fingerprint.low());
      out.writeLong(line);
      size++;
    }

    /** The number of lines. */
    int size() {
      return size;
    }

    /** Whether a fingerprint belongs into a later bucket. */
    boolean isBefore(Fingerprint fingerprint) {
      return bucket(fingerprint) > number;
    }

    /** Reads it from the start. */
    Lines open() throws IOException {
      return new Lines(this);
    }
  }

  /** Reads a bucket. */
  static final class Lines implements Closeable {
    private final BufferedSource in;
    private int left;
    private Fingerprint fingerprint = new Fingerprint(0, 0);
    private long line;

    private Lines(Bucket bucket) throws IOException {
      in = Okio.buffer(Okio.source(Files.newInputStream(bucket.file)));
      left = bucket.size;
    }

    /** Advances to the next line; false at the end. */
    boolean next() throws IOException {
      if (left == 0) {
        return false;
      }
      fingerprint = new Fingerprint(in.readLong(), in.readLong());
      line = in.readLong();
      left--;
      return true;
    }

    Fingerprint fingerprint() {
      return fingerprint;
    }

    /** Its number, over all parts, from 0. */
    long line() {
      return line;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
