/**
 * Joins the results of ended batches onto the documents they were asked about.
 *
 * <p>In: a chunk whose batch has ended ({@code AwaitedChunk}), and the parts that its documents
 * stand in. Out: a {@link io.beambatch.result.JoinedChunk} with files of answered and of failed
 * documents, and a part of requests for the next attempt. Every document has exactly one outcome.
 * Start at {@link io.beambatch.result.JoinResults}, then {@code ResultJoiner}.
 */
@NullMarked
package io.beambatch.result;

import org.jspecify.annotations.NullMarked;
