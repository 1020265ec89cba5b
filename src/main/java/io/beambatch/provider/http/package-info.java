/**
 * HTTP calls, as all providers need them. OkHttp sends; this package adds what it lacks: bodies
 * that are sent once, errors in whole sentences, delays that a provider asks for, and downloads
 * that are complete or an error. Start with {@link io.beambatch.provider.http.HttpCalls}.
 */
@NullMarked
package io.beambatch.provider.http;

import org.jspecify.annotations.NullMarked;
