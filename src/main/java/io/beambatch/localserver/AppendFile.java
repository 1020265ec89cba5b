package io.beambatch.localserver;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** A file of JSON lines that grows, and can be cut back to where it was known to be good. */
final class AppendFile implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final JsonGenerator out;

  /** Opens the file, or makes it, and cuts off what comes after its first {@code bytes}. */
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

  /** Where the next line goes; to be followed by {@link #endLine}. */
  JsonGenerator out() {
    return out;
  }

  void endLine() throws IOException {
    out.writeRaw('\n');
  }

  /** Hands everything to the operating system, and says how long the file is. */
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
