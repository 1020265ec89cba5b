/**
 * Takes chunks through the provider's batch API, each exactly once.
 *
 * <p>Input: chunks of committed plans. Output: an {@link io.beambatch.batch.AwaitedChunk} for each
 * chunk whose batch has ended. The ledger holds every chunk's state, and a new process continues
 * from there after a crash. Start with {@link io.beambatch.batch.AwaitBatches}, then {@code
 * BatchCoordinator}, which has the table of all states and their ends; {@link
 * io.beambatch.batch.BatchWatch} does the same without a pipeline.
 */
@NullMarked
package io.beambatch.batch;

import org.jspecify.annotations.NullMarked;
