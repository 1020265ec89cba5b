/**
 * A local server that speaks OpenAI's Files and Batches APIs: files and batches on disk, answers by
 * simple rules, and the protocol as it is. Needs no other package of the project.
 */
@NullMarked
package io.beambatch.localserver;

import org.jspecify.annotations.NullMarked;
