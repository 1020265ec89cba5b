/**
 * Joins the results of ended batches onto the documents they belong to.
 *
 * <p>Input: a chunk whose batch has ended ({@code AwaitedChunk}), and the parts that contain its
 * documents. Output: a {@link io.beambatch.result.JoinedChunk} with files of answered and of failed
 * documents, and a part of requests for the next attempt. Every document has exactly one outcome.
 * Start with {@link io.beambatch.result.JoinResults}, then {@code ResultJoiner}.
 */
@NullMarked
package io.beambatch.result;

import org.jspecify.annotations.NullMarked;
