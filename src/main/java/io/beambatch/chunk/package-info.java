/**
 * Cuts requests into chunks that become one batch each. In: rendered requests, and documents that
 * failed so far. Out: plans, each committed to the ledger before anything of it is paid; whoever
 * comes second takes the plan that is there. Requests and documents go into part files of the run's
 * folder, and only their descriptions travel on. Start at {@link
 * io.beambatch.chunk.ShardIntoChunks}; {@link io.beambatch.chunk.PlanRetries} plans later attempts.
 */
@NullMarked
package io.beambatch.chunk;

import org.jspecify.annotations.NullMarked;
