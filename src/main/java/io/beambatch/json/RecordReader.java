package io.beambatch.json;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads a stream record by record, without copying and without holding more than one record. A
 * record over the maximum is passed over: its length and lines are known, its bytes are not.
 *
 * <pre>{@code
 * while (reader.next()) {
 *   use(reader.buffer(), reader.start(), reader.end());
 * }
 * }</pre>
 */
public final class RecordReader {
  private static final int INITIAL_BUFFER = 1 << 18;

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
  private long dropped;
  private long bytes;
  private long line;
  private boolean terminated;

  /**
   * Reads part of a stream.
   *
   * @param length how many bytes to read from the stream, fewer there being an {@link
   *     EOFException}; {@link Long#MAX_VALUE} to read to its end
   * @param maxBytes of a record, without its line end; at most half of {@link Integer#MAX_VALUE}
   * @param line of the stream's first record
   */
  public RecordReader(
      InputStream stream, long length, RecordScanner scanner, int maxBytes, long line) {
    this.stream = stream;
    this.unread = length;
    this.scanner = scanner;
    this.maxBytes = maxBytes;
    this.lineOfStart = line;
    this.buffer = new byte[INITIAL_BUFFER];
  }

  /** Reads the lines of a whole stream, the first of which is line 1. */
  public static RecordReader ofLines(InputStream stream, int maxBytes) {
    return new RecordReader(stream, Long.MAX_VALUE, RecordScanner.ofLines(), maxBytes, 1);
  }

  /** Goes to the next record; false if there is none. The buffer's content changes. */
  public boolean next() throws IOException {
    start = following;
    dropped = 0;
    line = lineOfStart + scanner.lines();
    int scanned = start;
    while (true) {
      int found = scanner.scan(buffer, scanned, limit);
      if (found >= 0) {
        return take(found, true);
      }
      // Two bytes more than the maximum, because they may turn out to be the line end.
      if (dropped > 0 || limit - start > maxBytes + 2) {
        dropped += limit - start;
        start = 0;
        limit = 0;
      }
      int kept = limit - start;
      if (!fill()) {
        return dropped + kept > 0 && take(limit, false);
      }
      scanned = start + kept;
    }
  }

  private boolean take(int recordEnd, boolean atLineFeed) {
    terminated = atLineFeed;
    following = recordEnd;
    end = recordEnd;
    if (atLineFeed) {
      end--;
    }
    if (end > start && buffer[end - 1] == '\r') {
      end--;
    }
    bytes = dropped + end - start;
    return true;
  }

  /** Reads more behind the current record's bytes, which may move to the buffer's front. */
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
      if (unread > Long.MAX_VALUE / 2) { // the length was not given
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

  /** Holds the current record's bytes; not to be changed. */
  public byte[] buffer() {
    return buffer;
  }

  /** The index of the record's first byte. */
  public int start() {
    return start;
  }

  /** The index behind the record's last byte, its line end (LF or CRLF) left out. */
  public int end() {
    return end;
  }

  /** The record's length without its line end, true for too long ones as well. */
  public long bytes() {
    return bytes;
  }

  /** Whether the record is over the maximum, so that its bytes are not there. */
  public boolean tooLong() {
    return dropped > 0 || bytes > maxBytes;
  }

  /** The number of the line in which the record starts. */
  public long line() {
    return line;
  }

  /** Whether a line end closes the record; false can only be said of the last one. */
  public boolean terminated() {
    return terminated;
  }
}
