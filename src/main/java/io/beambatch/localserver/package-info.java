/**
 * A local server that speaks the batch APIs of OpenAI, Anthropic and Gemini: files and batches on
 * disk, answers by simple rules, and the protocols as they are. A {@link
 * io.beambatch.localserver.ProviderFace} has the calls of one, a {@link
 * io.beambatch.localserver.BatchFormat} the look of its batches; files, batches, faults and answers
 * are the same for all. Needs no other package of the project.
 */
@NullMarked
package io.beambatch.localserver;

import org.jspecify.annotations.NullMarked;
