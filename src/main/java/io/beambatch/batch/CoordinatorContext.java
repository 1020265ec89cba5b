package io.beambatch.batch;

import io.beambatch.ledger.BatchLedger;
import io.beambatch.provider.BatchProvider;
import java.time.Clock;

/** What all parts of one coordinator share. */
record CoordinatorContext(
    CoordinatorSettings settings, BatchProvider provider, BatchLedger ledger, Clock clock) {}
