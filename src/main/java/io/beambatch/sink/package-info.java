/**
 * Result files written to where their documents go. In come {@link
 * io.beambatch.result.ResultFile}s; out come {@link io.beambatch.sink.WrittenFile}s. Start at
 * {@link io.beambatch.sink.WriteResults}.
 *
 * <p>To add a kind of destination: a {@link io.beambatch.job.Destination} with its section of the
 * job file, a {@link io.beambatch.sink.DestinationWriter} in the connector's package, and a line in
 * {@code Connectors}. Its writer gets an {@link io.beambatch.sink.Output}, which says what
 * documents they are and what schema they have, and reads result files with {@link
 * io.beambatch.sink.DocumentWriter}.
 */
@NullMarked
package io.beambatch.sink;

import org.jspecify.annotations.NullMarked;
