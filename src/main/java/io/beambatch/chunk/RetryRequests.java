package io.beambatch.chunk;

import org.jspecify.annotations.Nullable;

/**
 * The requests of a joined chunk that the next attempt has to send. Every joined chunk gives one of
 * these, also if nothing has to be sent again: {@link PlanRetries} has to know that it was joined.
 *
 * @param chunkId of the chunk that was joined
 * @param part requests that have to be sent again, or null if there are none
 */
public record RetryRequests(String chunkId, @Nullable Part part) {}
