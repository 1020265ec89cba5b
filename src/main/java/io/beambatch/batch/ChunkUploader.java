package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads chunks' inputs, and notes their ids in the ledger. A crash between the two leaves a file
 * behind, which {@link OrphanInputFiles} finds by its name.
 */
final class ChunkUploader {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkUploader.class);

  private final CoordinatorContext context;
  private final Contents contents;

  /** Opens a chunk's requests, from the start. */
  @FunctionalInterface
  interface Contents {
    InputStream open(Chunk chunk) throws IOException;

    /** Those in a run's folder. */
    static Contents in(RunFolder folder) {
      return chunk -> new PartsStream(chunk, folder);
    }
  }

  ChunkUploader(CoordinatorContext context, Contents contents) {
    this.context = context;
    this.contents = contents;
  }

  /**
   * Uploads a chunk's input, unless it is there already, or the run is cancelled.
   *
   * @return whether it was uploaded
   * @throws BatchException if the provider refuses it
   */
  boolean upload(Chunk chunk) throws IOException {
    Optional<Tracked> known = context.ledger().read(chunk.id());
    if ((known.isPresent() && !isNeeded(known.get().entry())) || context.ledger().isCancelled()) {
      return false;
    }
    if (!uploads()) {
      // The creation carries the requests.
      long created = context.settings().run().created();
      context.ledger().create(chunk.id(), BatchEntry.unwanted(created, context.clock().instant()));
      return false;
    }
    InputFile file;
    try {
      file = context.provider().upload(requests(chunk));
    } catch (ProviderException e) {
      Optional<Tracked> meanwhile = context.ledger().read(chunk.id());
      if (meanwhile.isPresent() && !isNeeded(meanwhile.get().entry())) {
        // Another launch was faster, and may have deleted what this one was reading.
        return false;
      }
      throw ProviderHealth.fatal(e);
    }
    Instant now = context.clock().instant();
    Optional<Tracked> written =
        known.isEmpty()
            ? context.ledger().create(chunk.id(), BatchEntry.planned(file, now))
            : context.ledger().advance(known.get(), known.get().entry().uploaded(file, now));
    if (written.isEmpty()) {
      LOG.info("chunk {} was uploaded by another, too: deleting {}", chunk.id(), file.id());
      delete(context.provider(), file.id());
    }
    return true;
  }

  /** A chunk's requests, to be uploaded or to be sent with the creation. */
  Upload requests(Chunk chunk) {
    return new Upload(
        context.settings().run().inputName(chunk.id()), chunk.bytes(), () -> contents.open(chunk));
  }

  /** Whether a chunk can't be submitted before its requests are uploaded. */
  boolean isNeeded(BatchEntry entry) {
    return uploads() && entry.state() == State.PLANNED && entry.fileId() == null;
  }

  private boolean uploads() {
    return context.provider().capabilities().creation() == Creation.UPLOADED_FILE;
  }

  /** Deletes a file; one that stays costs nothing, and the provider deletes it some day. */
  static void delete(BatchProvider provider, String fileId) {
    try {
      provider.deleteFile(fileId);
    } catch (ProviderException e) {
      LOG.warn("input file {} stays at the provider: {}", fileId, e.getMessage());
    }
  }

  /** The request files of a chunk's parts, one after the other, each opened when it is its turn. */
  private static final class PartsStream extends InputStream {
    private final Iterator<Part> remaining;
    private final RunFolder folder;
    private @Nullable InputStream part;

    PartsStream(Chunk chunk, RunFolder folder) {
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
          part = folder.open(folder.requests(remaining.next().name()));
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
}
