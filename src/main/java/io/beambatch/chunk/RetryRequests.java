package io.beambatch.chunk;

import org.jspecify.annotations.Nullable;

/**
 * The requests of a joined chunk that the next attempt must send. Every joined chunk emits one,
 * even if nothing must be sent again: {@link PlanRetries} needs to know that it was joined.
 *
 * @param chunkId the joined chunk
 * @param part the requests that must be sent again, or null if there are none
 */
public record RetryRequests(String chunkId, @Nullable Part part) {}
