package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.ContentSource;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads chunks' inputs, and notes their ids in the ledger. A crash between the two leaves a file
 * behind, which {@link OrphanInputFiles} finds by its name.
 */
final class ChunkUploader {
  private static final Logger LOG = LoggerFactory.getLogger(ChunkUploader.class);

  private final RunIdentity run;
  private final BatchProvider provider;
  private final BatchLedger ledger;
  private final Clock clock;

  ChunkUploader(RunIdentity run, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this.run = run;
    this.provider = provider;
    this.ledger = ledger;
    this.clock = clock;
  }

  /**
   * Uploads a chunk's input, unless it is there already, or the run is cancelled.
   *
   * @return whether it was uploaded
   * @throws BatchException if the provider refuses it
   */
  boolean upload(Chunk chunk, ContentSource content) throws IOException {
    Optional<Tracked> known = ledger.read(chunk.id());
    if ((known.isPresent() && !needsUpload(known.get().entry())) || ledger.isCancelled()) {
      return false;
    }
    InputFile file;
    try {
      file = provider.upload(new Upload(run.inputName(chunk.id()), chunk.bytes(), content));
    } catch (ProviderException e) {
      throw Submitter.fatal(e);
    }
    Instant now = clock.instant();
    Optional<Tracked> written =
        known.isEmpty()
            ? ledger.create(chunk.id(), BatchEntry.planned(file, now))
            : ledger.advance(known.get(), known.get().entry().uploaded(file, now));
    if (written.isEmpty()) {
      LOG.info("chunk {} was uploaded by another, too: deleting {}", chunk.id(), file.id());
      delete(provider, file.id());
    }
    return true;
  }

  private static boolean needsUpload(BatchEntry entry) {
    return entry.state() == State.PLANNED && entry.fileId() == null;
  }

  /** Deletes a file; one that stays costs nothing, and the provider deletes it some day. */
  static void delete(BatchProvider provider, String fileId) {
    try {
      provider.deleteFile(fileId);
    } catch (ProviderException e) {
      LOG.warn("input file {} stays at the provider: {}", fileId, e.getMessage());
    }
  }
}
