/**
 * A local server that speaks the batch APIs of OpenAI, Anthropic, Gemini, Mistral and OpenRouter:
 * files and batches on disk, answers by simple rules, and the real protocols. A {@link
 * io.beambatch.localserver.ProviderFace} has the calls of one API, a {@link
 * io.beambatch.localserver.BatchFormat} the format of its batches; files, batches, faults and
 * answers are shared by all. It depends on no other package of the project.
 */
@NullMarked
package io.beambatch.localserver;

import org.jspecify.annotations.NullMarked;
