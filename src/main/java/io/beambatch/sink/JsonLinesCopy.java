package io.beambatch.sink;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Copies JSON lines as they are, and counts them. */
final class JsonLinesCopy {
  private static final int BUFFER = 1 << 16;

  private JsonLinesCopy() {}

  /**
   * Copies a stream; a last line without line end gets one.
   *
   * @return the number of lines
   */
  static long copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long lines = 0;
    byte last = '\n';
    int read;
    while ((read = from.read(buffer, 0, buffer.length)) >= 0) {
      for (int i = 0; i < read; i++) {
        lines += buffer[i] == '\n' ? 1 : 0;
      }
      last = read > 0 ? buffer[read - 1] : last;
      to.write(buffer, 0, read);
    }
    if (last != '\n') {
      to.write('\n');
      lines++;
    }
    return lines;
  }
}
