package io.beambatch.batch;

import java.time.Instant;

/**
 * What one step of the coordinator goes by.
 *
 * @param taken when the step began, before the list was read: waits end by this time, so that a
 *     process that was suspended in between doesn't take that time for having waited
 * @param batches the provider's list
 * @param cancelled whether the run is cancelled, as the ledger says
 */
record Snapshot(Instant taken, BatchListing batches, boolean cancelled) {}
