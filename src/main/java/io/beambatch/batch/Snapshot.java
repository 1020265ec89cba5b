package io.beambatch.batch;

import java.time.Instant;

/**
 * The observations that one step of the coordinator works from.
 *
 * @param taken when the step began, before the list was read: waits are measured up to this time,
 *     so that a process that was suspended in between doesn't count that time as waiting
 * @param batches the provider's list
 * @param cancelled whether the run is cancelled, by the ledger
 */
record Snapshot(Instant taken, BatchListing batches, boolean cancelled) {}
