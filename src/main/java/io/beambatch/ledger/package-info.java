/**
 * The durable state of a run: small JSON records that change by compare-and-set, on local disk or
 * in Google Cloud Storage.
 *
 * <p>Input: a run's folder, and values of any package above. Output: the record that is stored,
 * whoever else writes at the same time. Start with {@link io.beambatch.ledger.Records} (typed
 * records), then {@link io.beambatch.ledger.BatchLedger} (the state of each chunk's batch).
 */
@NullMarked
package io.beambatch.ledger;

import org.jspecify.annotations.NullMarked;
