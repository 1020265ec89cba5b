package io.beambatch.result;

import io.beambatch.json.JsonSlice;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a stream, one at a time, in a buffer that grows to the longest. Blank lines count as
 * lines too. Of a line that is too long to be held, only the beginning is.
 */
final class JsonLineReader implements Closeable {
  private static final int BUFFER = 1 << 16;

  /** What is kept of a line that is too long. */
  private static final int BEGINNING = BUFFER;

  private final InputStream in;
  private final int longest;
  private byte[] buffer = new byte[BUFFER];
  private long consumed;
  private int lineStart;
  private int lineEnd;
  private int next;
  private int filled;
  private boolean tooLong;

  /** JsonLineReader of a file of our own, as long as they come. */
  JsonLineReader(InputStream in) {
    this(in, Integer.MAX_VALUE - 9);
  }

  /**
   * JsonLineReader of a stream.
   *
   * @param longest a line may have so many bytes; at least 65,536
   */
  JsonLineReader(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /** Goes on to the next line; false if there is none. */
  boolean next() throws IOException {
    lineStart = next;
    tooLong = false;
    int searched = lineStart;
    while (true) {
      for (int i = searched; i < filled; i++) {
        if (buffer[i] == '\n') {
          lineEnd = tooLong ? lineStart + BEGINNING : i;
          next = i + 1;
          return true;
        }
      }
      makeRoom();
      searched = filled;
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        lineEnd = tooLong ? lineStart + BEGINNING : filled;
        next = filled;
        return lineEnd > lineStart;
      }
      filled += read;
    }
  }

  /** Whether the line is too long, and {@link #line} its beginning only. */
  boolean tooLong() {
    return tooLong;
  }

  /** The line, without its end; valid until the next one. */
  JsonSlice line() {
    return JsonSlice.of(buffer, lineStart, lineEnd);
  }

  /** Whether the line has nothing but blanks. */
  boolean blank() {
    for (int i = lineStart; i < lineEnd; i++) {
      if (buffer[i] != ' ' && buffer[i] != '\t' && buffer[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Where the line starts in the stream. */
  long offset() {
    return consumed + lineStart;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** Moves the line to the front, and makes the buffer larger if it fills it. */
  private void makeRoom() throws IOException {
    if (lineStart > 0) {
      System.arraycopy(buffer, lineStart, buffer, 0, filled - lineStart);
      consumed += lineStart;
      filled -= lineStart;
      lineStart = 0;
    }
    if (tooLong || filled > longest) {
      tooLong = true;
      consumed += filled - BEGINNING;
      filled = BEGINNING;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * filled, longest + 1L));
    }
  }
}
