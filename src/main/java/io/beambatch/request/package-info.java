/**
 * Renders documents into requests. Nothing is sent here.
 *
 * <p>Input: a {@code Document}, a JSON object with an id. Output: a {@link
 * io.beambatch.request.Request}, the body to send with an estimate of its tokens, or a failed
 * document with its reason ({@code invalid_document}, {@code too_large}). Start with {@link
 * io.beambatch.request.RequestRenderer}, then {@code RequestTemplate}.
 */
@NullMarked
package io.beambatch.request;

import org.jspecify.annotations.NullMarked;
