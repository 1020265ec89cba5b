package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.BatchLedger.Tracked;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.Ledgers;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import java.io.IOException;
import java.util.Optional;

/** The input files that a run has put at the provider. */
public final class UploadedFiles {
  private final Runs.Run run;

  /** The files of a run. */
  public UploadedFiles(Runs.Run run) {
    this.run = run;
  }

  /** Deletes them, which may be done again; results are left to the provider's own expiry. */
  public void delete(BatchProvider provider) throws IOException, ProviderException {
    LedgerStore store = Ledgers.open(run.folder());
    BatchLedger ledger = new BatchLedger(store);
    for (Plan plan : new PlanStore(store).all()) {
      for (Chunk chunk : plan.chunks()) {
        Optional<Tracked> tracked = ledger.read(chunk.id());
        if (tracked.isPresent() && tracked.get().entry().fileId() != null) {
          provider.deleteFile(tracked.get().entry().fileId());
        }
      }
    }
  }
}
