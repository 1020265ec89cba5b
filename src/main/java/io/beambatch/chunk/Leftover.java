package io.beambatch.chunk;

import org.jspecify.annotations.Nullable;

/**
 * What a joined chunk leaves to the next attempt.
 *
 * @param chunkId of the chunk that was joined
 * @param part requests that have to be sent again, or null if there are none
 */
public record Leftover(String chunkId, @Nullable Part part) {}
