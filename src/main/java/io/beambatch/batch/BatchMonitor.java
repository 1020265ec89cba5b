package io.beambatch.batch;

import io.beambatch.chunk.Chunk;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.provider.Sleeper;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks after a run's batches without a pipeline. What it finds out stands in the ledger then,
 * where a pipeline, if there is anything to do for one, takes it up.
 */
public final class BatchMonitor {
  private final CoordinatorSettings settings;
  private final RunFolder folder;
  private final ProviderFactory providers;

  /** Stays as long as the settings say. */
  public BatchMonitor(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    this.settings = settings;
    this.folder = folder;
    this.providers = providers;
  }

  /**
   * The run's batches as the provider shows them, by id; those that it doesn't know are left out.
   *
   * @throws BatchException if the key is refused or the provider is out of reach
   */
  public Map<String, Batch> batches(Set<String> ids) {
    Instant horizon = Instant.ofEpochMilli(settings.run().created());
    Map<String, Batch> found = new HashMap<>();
    try (BatchProvider provider = providers.open()) {
      BatchListing listing =
          BatchListing.read(provider, ids, horizon, BatchListing.Depth.AS_NEEDED);
      for (String id : ids) {
        Batch batch = listing.byId(id);
        if (batch == null) {
          batch = get(provider, id);
        }
        if (batch != null) {
          found.put(id, batch);
        }
      }
      return found;
    } catch (ProviderException e) {
      throw ProviderHealth.fatal(e);
    }
  }

  private static @Nullable Batch get(BatchProvider provider, String id) throws ProviderException {
    try {
      return provider.get(id);
    } catch (ProviderException e) {
      if (e.kind() == ProviderException.Kind.NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  /**
   * Takes chunks on: submits what may be submitted, and, as long as the settings say, waits for
   * batches to end.
   *
   * @param chunks that are in the ledger
   * @return what keeps a chunk from going on, where that doesn't keep the others, too
   * @throws BatchException if it can't go on at all: the key is refused, the provider is out of
   *     reach
   */
  public Optional<BatchException> look(List<Chunk> chunks)
      throws IOException, InterruptedException {
    try (CoordinatorSession session =
        CoordinatorSession.Factory.of(settings, folder, providers).open()) {
      session.readAhead(chunks);
      session.run(chunks, Sleeper.SYSTEM, ended -> {});
      return session.failure();
    }
  }
}
