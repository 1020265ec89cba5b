package io.beambatch.batch;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.ProviderFactory;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;

/**
 * What all parts of one coordinator share: the provider, the ledger, the settings and the clock.
 */
record CoordinatorContext(
    CoordinatorSettings settings,
    BatchProvider provider,
    BatchLedger ledger,
    Clock clock,
    BatchEvents events) {

  /** A context that ignores events. */
  CoordinatorContext(
      CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {
    this(settings, provider, ledger, clock, BatchEvents.NONE);
  }

  /** A copy that sends events to a receiver. */
  CoordinatorContext withEvents(BatchEvents others) {
    return new CoordinatorContext(settings, provider, ledger, clock, others);
  }

  /**
   * Connects to the provider and records it as the run's recipient.
   *
   * @throws io.beambatch.error.UserException if the run was sent to another recipient
   */
  static CoordinatorContext open(
      CoordinatorSettings settings, RunFolder folder, ProviderFactory providers) {
    BatchLedger ledger = BatchLedger.of(folder);
    RunIdentity run = settings.run();
    try {
      new Recipients(run, ledger).record(providers.recipient(run.uid()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CoordinatorContext(settings, providers.open(), ledger, Clock.systemUTC());
  }
}
