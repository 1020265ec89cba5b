package io.beambatch.batch;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Ledgers;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.RunFolder;
import java.io.Serializable;
import java.time.Clock;

/** Opens a coordinator where it is needed, such as on the worker. */
@FunctionalInterface
interface CoordinatorFactory extends Serializable {
  CoordinatorSession open();

  /** Opens coordinators of a run. */
  static CoordinatorFactory of(
      CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    return () ->
        new CoordinatorSession(
            settings, providers.open(), new BatchLedger(Ledgers.open(folder)), Clock.systemUTC());
  }
}
