/**
 * What makes two requests the same, and files of answers by it: the ground on which a request is
 * bought once. In: the bodies of requests, and results as the provider wrote them. Out: {@link
 * io.beambatch.reuse.Fingerprint}s, kept beside parts in {@link
 * io.beambatch.reuse.FingerprintFile}s, and {@link io.beambatch.reuse.AnswerFile}s sorted by them.
 */
@NullMarked
package io.beambatch.reuse;

import org.jspecify.annotations.NullMarked;
