package io.beambatch.batch;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Ledgers;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.RunFolder;
import java.io.Serializable;
import java.time.Clock;

/** Opens a coordinator where it is needed, such as on the worker. */
@FunctionalInterface
interface Opening extends Serializable {
  OpenCoordinator open();

  /** Opens coordinators of a run. */
  static Opening of(CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    return () ->
        new OpenCoordinator(
            settings, providers.open(), new BatchLedger(Ledgers.open(folder)), Clock.systemUTC());
  }
}
