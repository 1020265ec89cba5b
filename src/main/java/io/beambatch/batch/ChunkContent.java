package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The request files of a chunk's parts, one after the other, each opened when it is its turn. */
final class ChunkContent extends InputStream {
  private final Iterator<Part> remaining;
  private final RunFolder folder;
  private @Nullable InputStream part;

  ChunkContent(Chunk chunk, RunFolder folder) {
    this.remaining = chunk.parts().iterator();
    this.folder = folder;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (part != null || remaining.hasNext()) {
      if (part == null) {
        part = Storage.open(folder.requests(remaining.next().name()));
      }
      int read = part.read(buffer, offset, length);
      if (read > 0) {
        return read;
      }
      close();
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    if (part != null) {
      part.close();
      part = null;
    }
  }
}
