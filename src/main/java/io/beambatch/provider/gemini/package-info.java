/**
 * Gemini's batch mode: requests in an uploaded file, batches as long-running operations, one file
 * of results. Start with {@link io.beambatch.provider.gemini.GeminiApi}.
 */
@NullMarked
package io.beambatch.provider.gemini;

import org.jspecify.annotations.NullMarked;
