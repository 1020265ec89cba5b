package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;

/**
 * Looks after a run's batches without a pipeline. What it finds out stands in the ledger then,
 * where a pipeline, if there is anything to do for one, takes it up.
 */
public final class Lookout {
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Looks in the mode of the settings. */
  public Lookout(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  /**
   * Does what the mode says.
   *
   * @param chunks that are in the ledger
   * @throws BatchException if it can't go on: the key is refused, the provider is out of reach
   */
  public void look(List<Chunk> chunks) throws IOException, InterruptedException {
    try (OpenCoordinator coordinator = Opening.of(settings, folder, providers).open()) {
      coordinator.run(chunks, Sleeper.SYSTEM, ended -> {});
    }
  }
}
