/**
 * Renders documents into requests. In: a {@code Document}, a JSON object with a name. Out: a {@link
 * io.beambatch.request.Request}, the body to be sent with an estimate of its tokens, or a failed
 * document with its reason ({@code invalid_document}, {@code too_large}). Nothing is sent here.
 * Start at {@link io.beambatch.request.RenderRequests}, then {@code RequestTemplate}.
 */
@NullMarked
package io.beambatch.request;

import org.jspecify.annotations.NullMarked;
