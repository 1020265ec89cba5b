package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonParser;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Gives access to a file's lines by number. Memory grows with the number of lines, not with their
 * size: a long line is parsed from the file. Empty lines at the end don't count.
 */
final class LineFile implements Closeable {
  private static final int WINDOW = 1 << 18;

  private final FileChannel channel;
  private final long[] starts;
  private final int count;
  private final byte[] window = new byte[WINDOW];
  private long windowStart;
  private int windowBytes;

  private LineFile(FileChannel channel, long[] starts, int count) {
    this.channel = channel;
    this.starts = starts;
    this.count = count;
  }

  /**
   * Finds the lines.
   *
   * @param most the maximum number of lines to find
   */
  static LineFile open(Path path, int most) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return scan(channel, most);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static LineFile scan(FileChannel channel, int most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(WINDOW);
    byte[] bytes = buffer.array();
    long[] starts = new long[1024];
    int count = 0;
    long position = 0;
    while (count < most && channel.read(buffer.clear(), position) > 0) {
      int read = buffer.position();
      int end = -1;
      while (count < most && (end = lineEnd(bytes, end + 1, read)) < read) {
        count++;
        if (count == starts.length) {
          starts = Arrays.copyOf(starts, 2 * count);
        }
        starts[count] = position + end + 1;
      }
      position += read;
    }
    if (count < most && starts[count] < position) { // the last line has no line feed
      count++;
      starts = Arrays.copyOf(starts, count + 1);
      starts[count] = position + 1;
    }
    while (count > 0 && blank(channel, starts[count - 1], starts[count] - 1)) {
      count--;
    }
    return new LineFile(channel, Arrays.copyOf(starts, count + 1), count);
  }

  /**
   * The index of the next line feed, or {@code to}; a small loop of its own that the JIT compiles
   * well.
   */
  private static int lineEnd(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] != '\n') {
      i++;
    }
    return i;
  }

  private static boolean blank(FileChannel channel, long start, long end) throws IOException {
    if (end - start > WINDOW) {
      return false;
    }
    ByteBuffer line = ByteBuffer.allocate((int) (end - start));
    channel.read(line, start);
    return new String(line.array(), StandardCharsets.ISO_8859_1).isBlank();
  }

  int count() {
    return count;
  }

  /** Returns whether a line has its line feed. */
  boolean isWhole(int line) throws IOException {
    return end(line) <= channel.size();
  }

  /** Where the next line begins. */
  long end(int line) {
    return starts[line + 1];
  }

  /** Returns whether the file begins with a UTF-8 byte-order mark. */
  boolean startsWithMark() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(3);
    channel.read(head, 0);
    byte[] bytes = head.array();
    return bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF;
  }

  /**
   * A parser for one line, numbered from 0, valid until the next call. Ascending order is fastest,
   * but any order works.
   */
  JsonParser parser(int line) throws IOException {
    long start = starts[line];
    long length = starts[line + 1] - 1 - start;
    if (length > WINDOW) {
      return ServerJson.FACTORY.createParser(new Range(start, length));
    }
    if (start < windowStart || start + length > windowStart + windowBytes) {
      boolean forward = start >= windowStart && start <= windowStart + windowBytes;
      fill(start, forward ? WINDOW : (int) length);
    }
    return ServerJson.FACTORY.createParser(window, (int) (start - windowStart), (int) length);
  }

  private void fill(long start, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(window, 0, length);
    int read = 0;
    while (buffer.hasRemaining() && read >= 0) {
      read = channel.read(buffer, start + buffer.position());
    }
    windowStart = start;
    windowBytes = buffer.position();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** A range of the file, as a stream. */
  private final class Range extends InputStream {
    private long position;
    private long left;

    Range(long start, long length) {
      position = start;
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, (int) Math.min(length, left));
      int read = channel.read(buffer, position);
      if (read < 0) {
        throw new EOFException("The file ended at byte " + position + ", within a line.");
      }
      position += read;
      left -= read;
      return read;
    }
  }
}
