/**
 * Anthropic's Message Batches API. A batch is created from its requests, and carries no key of
 * ours: a batch whose creation had no reply is found by the number of its requests, and proved by
 * the ids of its results. Start with {@link io.beambatch.provider.anthropic.AnthropicApi}.
 */
@NullMarked
package io.beambatch.provider.anthropic;

import org.jspecify.annotations.NullMarked;
