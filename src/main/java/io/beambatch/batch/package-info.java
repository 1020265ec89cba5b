/**
 * Takes chunks through the provider's batch API, exactly once each. In: chunks of committed plans.
 * Out: an {@link io.beambatch.batch.AwaitedChunk} for each chunk whose batch has ended. The ledger
 * holds every chunk's state; whoever comes after a crash goes on from there. Start at {@link
 * io.beambatch.batch.AwaitBatches}, then {@code BatchCoordinator}, which has the table of all
 * states and their ends; {@link io.beambatch.batch.BatchWatch} is the same without a pipeline.
 */
@NullMarked
package io.beambatch.batch;

import org.jspecify.annotations.NullMarked;
