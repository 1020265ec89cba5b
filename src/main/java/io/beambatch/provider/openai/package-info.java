/**
 * OpenAI's Files and Batches APIs, and servers that speak them too. The official SDK is not used:
 * it resends creations by itself, and serves as the independent tester of the local server. Start
 * with {@link io.beambatch.provider.openai.OpenAiProvider}.
 */
@NullMarked
package io.beambatch.provider.openai;

import org.jspecify.annotations.NullMarked;
