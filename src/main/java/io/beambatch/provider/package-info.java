/**
 * The providers' batch APIs. In: a file of requests and the endpoint that they go to. Out: a batch,
 * its state, and its results as streams; or a {@link io.beambatch.provider.ProviderException} that
 * says what can be done. Knows nothing of chunks, ledgers or runs. Start at {@link
 * io.beambatch.provider.BatchProvider} and {@link io.beambatch.provider.Capabilities}; each
 * provider has a package of its own below this one, and {@code http} has what they share.
 */
@NullMarked
package io.beambatch.provider;

import org.jspecify.annotations.NullMarked;
