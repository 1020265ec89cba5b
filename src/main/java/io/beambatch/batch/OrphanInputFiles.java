package io.beambatch.batch;

import io.beambatch.ledger.BatchEntry.State;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.Capabilities.Creation;
import io.beambatch.provider.FilePage;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ListGuard;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the run's uploaded files that are no longer needed: above all files that the ledger
 * doesn't name, because a process crashed, or a reply was lost, just after the upload. They are
 * found by their names, which contain the run's random id, so that no other file is touched.
 */
final class OrphanInputFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanInputFiles.class);
  private static final int PAGE = 1_000;

  /**
   * This machine's clock gives the start of the run, the provider's clock the times of the files.
   */
  private static final Duration CLOCK_SKEW = Duration.ofHours(24);

  private final RunIdentity run;
  private final BatchProvider provider;
  private final BatchLedger ledger;

  OrphanInputFiles(RunIdentity run, BatchProvider provider, BatchLedger ledger) {
    this.run = run;
    this.provider = provider;
    this.ledger = ledger;
  }

  /**
   * Deletes the run's input files, except those whose batches have not ended. A failure is no
   * error: the files cost nothing.
   */
  void delete() {
    try {
      for (InputFile file : runFiles()) {
        if (!isInUse(file)) {
          ChunkUploader.delete(provider, file.id());
        }
      }
    } catch (ProviderException | IOException e) {
      LOG.warn("input files of the run may stay at the provider: {}", e.getMessage());
    }
  }

  /**
   * Returns whether the provider has any input file of the run; false if it can't list its files.
   */
  boolean isAnyThere() throws ProviderException {
    try {
      return !runFiles().isEmpty();
    } catch (ProviderException e) {
      if (ProviderHealth.isOutage(e)) {
        throw e;
      }
      return false;
    }
  }

  private List<InputFile> runFiles() throws ProviderException {
    if (provider.capabilities().creation() != Creation.UPLOADED_FILE) {
      return List.of();
    }
    Instant horizon = Instant.ofEpochMilli(run.created()).minus(CLOCK_SKEW);
    List<InputFile> files = new ArrayList<>();
    ListGuard guard = new ListGuard("input files");
    String after = null;
    while (true) {
      FilePage page = provider.listFiles(after, PAGE);
      page.files().stream()
          .filter(file -> run.chunkOfInput(file.name()).isPresent())
          .forEach(files::add);
      if (!page.hasMore() || page.files().isEmpty()) {
        return files;
      }
      InputFile last = page.files().get(page.files().size() - 1);
      if (!last.createdAt().equals(Instant.EPOCH) && last.createdAt().isBefore(horizon)) {
        return files;
      }
      guard.add(page.files().stream().map(InputFile::id).toList());
      after = last.id();
    }
  }

  private boolean isInUse(InputFile file) throws IOException {
    Optional<BatchLedger.Tracked> tracked =
        ledger.read(run.chunkOfInput(file.name()).orElseThrow());
    return tracked.isPresent()
        && tracked.get().entry().state() != State.ENDED
        && file.id().equals(tracked.get().entry().fileId());
  }
}
