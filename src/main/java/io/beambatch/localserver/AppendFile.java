package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A growing file of JSON lines that can be truncated to its last known good length. */
final class AppendFile implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final JsonGenerator out;

  /** Opens or creates the file, and truncates it to its first {@code bytes}. */
  AppendFile(Path path, long bytes) throws IOException {
    channel = OwnFiles.open(path);
    if (channel.size() < bytes) {
      long found = channel.size();
      channel.close();
      throw new IOException(
          path
              + " should hold "
              + bytes
              + " bytes, but has "
              + found
              + ". Was it changed by hand?");
    }
    channel.truncate(bytes);
    channel.position(bytes);
    out =
        ServerJson.FACTORY.createGenerator(
            new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER));
    out.setRootValueSeparator(null);
  }

  /** Writes the next line; to be followed by {@link #endLine}. */
  JsonGenerator out() {
    return out;
  }

  void endLine() throws IOException {
    out.writeRaw('\n');
  }

  /** Flushes to the operating system, and returns the file's length. */
  long flushedBytes() throws IOException {
    out.flush();
    return channel.position();
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
      out.flush();
    } finally {
      channel.close();
    }
  }
}
