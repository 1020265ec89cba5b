/**
 * Anthropic's Message Batches API. A batch is created of its requests themselves, and carries
 * nothing of ours: one whose creation had no reply is found by the number of its requests, and
 * proved by the ids of its results. Start at {@link io.beambatch.provider.anthropic.AnthropicApi}.
 */
@NullMarked
package io.beambatch.provider.anthropic;

import org.jspecify.annotations.NullMarked;
