/**
 * OpenAI's Files and Batches APIs, and servers that speak them too. The official SDK is no part of
 * it: it sends creations again by itself, and stays the independent tester of the local server.
 * Start at {@link io.beambatch.provider.openai.OpenAiProvider}.
 */
@NullMarked
package io.beambatch.provider.openai;

import org.jspecify.annotations.NullMarked;
