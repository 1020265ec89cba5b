/**
 * The providers' batch APIs. Input: a file of requests and their endpoint. Output: a batch, its
 * state, and its results as streams; or a {@link io.beambatch.provider.ProviderException} that says
 * what can be done. The package knows nothing of chunks, ledgers or runs. Start with {@link
 * io.beambatch.provider.BatchProvider} and {@link io.beambatch.provider.Capabilities}; each
 * provider has its own subpackage, and {@code http} has what they share.
 */
@NullMarked
package io.beambatch.provider;

import org.jspecify.annotations.NullMarked;
