package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.SentLines;
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
import java.util.Optional;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.io.ByteSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads the chunks' inputs, and records their file ids in the ledger. A crash between the two
 * leaves a file behind, which {@link OrphanInputFiles} finds by its name.
 */
final class ChunkUploader {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkUploader.class);

  private final CoordinatorContext context;
  private final Contents contents;

  /** Opens a chunk's requests from the start. */
  @FunctionalInterface
  interface Contents {
    InputStream open(Chunk chunk) throws IOException;

    /**
     * The lines to send of its parts in a run's folder, each part opened only when its turn comes.
     */
    static Contents in(RunFolder folder) {
      return chunk ->
          ByteSource.concat(chunk.parts().stream().map(part -> requests(folder, part)).toList())
              .openStream();
    }

    private static ByteSource requests(RunFolder folder, Part part) {
      return new ByteSource() {
        @Override
        public InputStream openStream() throws IOException {
          return SentLines.open(part, folder);
        }
      };
    }
  }

  ChunkUploader(CoordinatorContext context, Contents contents) {
    this.context = context;
    this.contents = contents;
  }

  /**
   * Uploads a chunk's input, unless it is uploaded already, or the run is cancelled.
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
      // The create call carries the requests.
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
        // Another launch was faster, and may have deleted the files that this one was reading.
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
      LOG.info("chunk {} was also uploaded by another launch: deleting {}", chunk.id(), file.id());
      delete(context.provider(), file.id());
    }
    return true;
  }

  /** A chunk's requests, for an upload or for the create call. */
  Upload requests(Chunk chunk) {
    return new Upload(
        context.settings().run().inputName(chunk.id()), chunk.bytes(), () -> contents.open(chunk));
  }

  /** Returns whether a chunk's requests must be uploaded before it can be submitted. */
  boolean isNeeded(BatchEntry entry) {
    return uploads() && entry.state() == State.PLANNED && entry.fileId() == null;
  }

  private boolean uploads() {
    return context.provider().capabilities().creation() == Creation.UPLOADED_FILE;
  }

  /**
   * Deletes a file. A failure is harmless: the file costs nothing, and the provider deletes it in
   * time.
   */
  static void delete(BatchProvider provider, String fileId) {
    try {
      provider.deleteFile(fileId);
    } catch (ProviderException e) {
      LOG.warn("input file {} stays at the provider: {}", fileId, e.getMessage());
    }
  }
}
