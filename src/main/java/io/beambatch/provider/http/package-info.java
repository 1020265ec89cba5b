/**
 * Calls over HTTP, as all providers need them. OkHttp sends; what stands here is what it doesn't
 * do: bodies that are sent once, errors in whole sentences, waits that a provider asks for,
 * downloads that are whole or an error. Start at {@link io.beambatch.provider.http.HttpCalls}.
 */
@NullMarked
package io.beambatch.provider.http;

import org.jspecify.annotations.NullMarked;
