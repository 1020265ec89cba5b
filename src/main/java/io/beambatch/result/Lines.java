package io.beambatch.result;

import io.beambatch.document.JsonSlice;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of a stream, one at a time, in a buffer that grows to the longest. Blank lines count as
 * lines too.
 */
final class Lines implements Closeable {
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST = Integer.MAX_VALUE - 8;

  private final InputStream in;
  private byte[] buffer = new byte[BUFFER];
  private long consumed;
  private int lineStart;
  private int lineEnd;
  private int next;
  private int filled;

  Lines(InputStream in) {
    this.in = in;
  }

  /** Goes on to the next line; false if there is none. */
  boolean next() throws IOException {
    lineStart = next;
    int searched = lineStart;
    while (true) {
      for (int i = searched; i < filled; i++) {
        if (buffer[i] == '\n') {
          lineEnd = i;
          next = i + 1;
          return true;
        }
      }
      searched = filled - lineStart;
      makeRoom();
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read < 0) {
        lineEnd = filled;
        next = filled;
        return lineEnd > lineStart;
      }
      filled += read;
    }
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
    if (filled == buffer.length) {
      if (filled == LONGEST) {
        throw new IOException("A line is longer than " + LONGEST + " bytes");
      }
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * filled, LONGEST));
    }
  }
}
