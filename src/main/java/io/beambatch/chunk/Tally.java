package io.beambatch.chunk;

import org.jspecify.annotations.Nullable;

/**
 * What is gathered for a plan: parts, and how many documents were read. The two come on separate
 * ways, so that a part that got lost shows.
 *
 * @param read documents; 0 for a part of the first attempt
 */
record Tally(@Nullable Part part, long read) {}
