/**
 * Writes result files to the documents' destinations.
 *
 * <p>Input: {@link io.beambatch.result.ResultFile}s. Output: {@link
 * io.beambatch.sink.WrittenFile}s. Start with {@link io.beambatch.sink.WriteResults}.
 *
 * <p>To add a kind of destination: a {@link io.beambatch.job.Destination} with its section of the
 * job file, a {@link io.beambatch.sink.DestinationWriter} in the connector's package, and a line in
 * {@code Connectors}. Its writer gets an {@link io.beambatch.sink.Output}, which defines the
 * documents and their schema, and reads result files with {@link io.beambatch.sink.DocumentWriter}.
 */
@NullMarked
package io.beambatch.sink;

import org.jspecify.annotations.NullMarked;
