package io.beambatch.json;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads a stream line by line, or record by record with another {@link RecordScanner}. It copies
 * nothing, and holds only one record at a time, in a buffer that grows to the longest. Of an
 * oversize record it holds only the beginning; its length is known.
 *
 * <pre>{@code
 * while (reader.next()) {
 *   use(reader.slice());
 * }
 * }</pre>
 */
public final class LineReader implements Closeable {
  /** The maximum that is held of an oversize record. */
  private static final int BEGINNING = 1 << 16;

  private static final int INITIAL_BUFFER = 1 << 16;

  private static final int LONGEST = Integer.MAX_VALUE / 2;

  private final InputStream stream;
  private final RecordScanner scanner;
  private final int maxBytes;
  private final long lineOfStart;
  private long unread;
  private byte[] buffer;
  private int limit;
  private int following;
  private int start;
  private int end;
  private long offset;
  private int beginning;
  private long dropped;
  private long bytes;
  private long number;
  private boolean terminated;

  /**
   * Reads part of a stream.
   *
   * @param length the number of bytes to read from the stream, where fewer are an {@link
   *     EOFException}; {@link Long#MAX_VALUE} to read to its end
   * @param maxBytes of a record, without its line end; at most half of {@link Integer#MAX_VALUE}
   * @param line of the stream's first record
   */
  public LineReader(
      InputStream stream, long length, RecordScanner scanner, int maxBytes, long line) {
    this.stream = stream;
    this.unread = length;
    this.scanner = scanner;
    this.maxBytes = maxBytes;
    this.lineOfStart = line;
    this.buffer = new byte[INITIAL_BUFFER];
  }

  /** Reads the lines of a whole stream, starting with line 1. */
  public static LineReader ofLines(InputStream stream, int maxBytes) {
    return new LineReader(stream, Long.MAX_VALUE, RecordScanner.ofLines(), maxBytes, 1);
  }

  /** Reads the lines of a file that the program itself wrote, of any length. */
  public static LineReader ofLines(InputStream stream) {
    return ofLines(stream, LONGEST);
  }

  /** Advances to the next record; false if there is none. The buffer's content changes. */
  public boolean next() throws IOException {
    offset += dropped + following - start;
    start = following;
    dropped = 0;
    beginning = 0;
    number = lineOfStart + scanner.lines();
    int scanned = start;
    while (true) {
      int found = scanner.scan(buffer, scanned, limit);
      if (found >= 0) {
        return take(found, true);
      }
      // Two bytes more than the maximum, which may prove to be the line end.
      if (dropped > 0 || limit - start > maxBytes + 2) {
        drop();
      }
      int held = limit - start;
      if (!fill()) {
        return dropped + held > 0 && take(limit, false);
      }
      scanned = start + held;
    }
  }

  private boolean take(int recordEnd, boolean ended) {
    terminated = ended;
    following = recordEnd;
    end = recordEnd;
    if (ended && end > start && buffer[end - 1] == '\n') {
      end--;
    }
    if (end > start && buffer[end - 1] == '\r') {
      end--;
    }
    bytes = dropped + end - start;
    if (tooLong()) {
      end = Math.min(end, start + Math.min(maxBytes, BEGINNING));
    }
    return true;
  }

  /** Discards an oversize record, except for its beginning. */
  private void drop() {
    if (dropped == 0) {
      beginning = Math.min(maxBytes, BEGINNING);
      System.arraycopy(buffer, start, buffer, 0, beginning);
    }
    dropped += limit - start - beginning;
    start = 0;
    limit = beginning;
  }

  /** Reads more after the current record's bytes, which may move to the buffer's front. */
  private boolean fill() throws IOException {
    if (unread == 0) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, limit - start);
      limit -= start;
      start = 0;
    }
    if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * limit, maxBytes + 3L + INITIAL_BUFFER));
    }
    int read = stream.read(buffer, limit, (int) Math.min(unread, buffer.length - limit));
    if (read < 0) {
      if (unread > Long.MAX_VALUE / 2) { // no length was given
        unread = 0;
        return false;
      }
      throw new EOFException(
          "the file ends " + unread + " bytes early: it was cut while it was being read");
    }
    unread -= read;
    limit += read;
    return true;
  }

  /** The current record, or its beginning if it is oversize; valid until the next one. */
  public JsonSlice slice() {
    return JsonSlice.of(buffer, start, end);
  }

  /** Returns whether the record is only white space. */
  public boolean blank() {
    for (int i = start; i < end; i++) {
      byte b = buffer[i];
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return false;
      }
    }
    return true;
  }

  /** The offset of the record in what was read of the stream. */
  public long offset() {
    return offset;
  }

  /** The buffer with the current record's bytes; must not be changed. */
  public byte[] buffer() {
    return buffer;
  }

  /** The index of the record's first byte. */
  public int start() {
    return start;
  }

  /** The index after the record's last byte, without its line end. */
  public int end() {
    return end;
  }

  /** The record's length without its line end, including that of oversize ones. */
  public long bytes() {
    return bytes;
  }

  /** Returns whether the record exceeds the maximum, so that only its beginning is held. */
  public boolean tooLong() {
    return dropped > 0 || bytes > maxBytes;
  }

  /** The number of the line in which the record starts. */
  public long number() {
    return number;
  }

  /** Returns whether the record has a line end; only the last one may lack it. */
  public boolean terminated() {
    return terminated;
  }

  /** Closes the stream. */
  @Override
  public void close() throws IOException {
    stream.close();
  }
}
