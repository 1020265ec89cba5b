/**
 * What a run has written down: small JSON records that are changed by compare-and-set, on local
 * disk or in Google Cloud Storage.
 *
 * <p>Comes in: a run's folder, and values of any room above. Goes out: the record that holds,
 * whoever else writes at the same time. Start with {@link io.beambatch.ledger.Records} (typed
 * records), then {@link io.beambatch.ledger.BatchLedger} (the state of each chunk's batch).
 */
@NullMarked
package io.beambatch.ledger;

import org.jspecify.annotations.NullMarked;
