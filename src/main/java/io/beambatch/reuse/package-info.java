/**
 * Identifies identical requests, and stores answers for them, so that a request is paid for once.
 *
 * <p>Input: the bodies of requests, and results as the provider wrote them. Output: {@link
 * io.beambatch.reuse.Fingerprint}s, kept beside parts in {@link
 * io.beambatch.reuse.FingerprintFile}s, and {@link io.beambatch.reuse.AnswerFile}s sorted by them.
 * Start with {@link io.beambatch.reuse.Fingerprinter}.
 */
@NullMarked
package io.beambatch.reuse;

import org.jspecify.annotations.NullMarked;
