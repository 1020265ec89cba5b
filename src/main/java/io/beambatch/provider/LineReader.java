package io.beambatch.provider;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Cuts a stream into lines of bytes, and passes over the rest of those that are too long. */
final class LineReader implements Closeable {
  private static final int SMALLEST = 1 << 12;
  // What a longer line took is given back before the next one.
  private static final int LARGEST_KEPT = 32 << 20;

  private final InputStream in;
  private final int longest;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int end;

  private byte[] line = new byte[SMALLEST];
  private int length;
  private boolean tooLong;
  private long number;

  LineReader(InputStream in, int longest) {
    this.in = in;
    this.longest = longest;
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    if (line.length > LARGEST_KEPT) {
      line = new byte[SMALLEST];
    }
    boolean any = false;
    while (fill()) {
      any = true;
      int stop = position;
      while (stop < end && buffer[stop] != '\n') {
        stop++;
      }
      append(stop - position);
      boolean whole = stop < end;
      position = whole ? stop + 1 : stop;
      if (whole) {
        break;
      }
    }
    number += any ? 1 : 0;
    return any;
  }

  /** The line's bytes, as many as {@link #length} says; valid until the next line. */
  byte[] bytes() {
    return line;
  }

  int length() {
    return length;
  }

  boolean tooLong() {
    return tooLong;
  }

  boolean blank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /** The line's number, counted from 1. */
  long number() {
    return number;
  }

  int longest() {
    return longest;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private boolean fill() throws IOException {
    if (position < end) {
      return true;
    }
    position = 0;
    end = Math.max(0, in.read(buffer, 0, buffer.length));
    return end > 0;
  }

  private void append(int count) {
    if (tooLong || count > longest - length) {
      tooLong = true;
      length = 0;
      return;
    }
    if (length + count > line.length) {
      int doubled = (int) Math.min(longest, line.length * 2L);
      line = Arrays.copyOf(line, Math.max(doubled, length + count));
    }
    System.arraycopy(buffer, position, line, length, count);
    length += count;
  }
}
