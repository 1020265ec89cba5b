package io.beambatch.batch;

import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderFactory;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the state of a run's batches at the provider, and changes nothing. The {@code status}
 * command uses it.
 */
public final class BatchMonitor {
  private final CoordinatorSettings settings;
  private final ProviderFactory providers;

  /** Monitors the batches of the settings' run. */
  public BatchMonitor(CoordinatorSettings settings, ProviderFactory providers) {
    this.settings = settings;
    this.providers = providers;
  }

  /**
   * The run's batches at the provider, by id; batches that it doesn't know are omitted.
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
}
