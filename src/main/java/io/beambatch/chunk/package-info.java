/**
 * Cuts requests into chunks that become one batch each.
 *
 * <p>Input: rendered requests, and documents that failed so far. Output: plans, each committed to
 * the ledger before anything of it is paid; a repetition gets the committed plan. Requests and
 * documents are written to part files of the run's folder, and only their descriptors travel on.
 * Start with {@link io.beambatch.chunk.ShardIntoChunks}; {@link io.beambatch.chunk.PlanRetries}
 * plans later attempts.
 */
@NullMarked
package io.beambatch.chunk;

import org.jspecify.annotations.NullMarked;
