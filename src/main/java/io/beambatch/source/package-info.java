/**
 * Reads a source into documents.
 *
 * <p>Input: file patterns, or what connectors provide. Output: {@link
 * io.beambatch.document.Document}s, and failed ones for records that can't become documents. Start
 * with {@link io.beambatch.source.ReadDocuments}: it finds files, splits them, and reads the
 * splits.
 */
@NullMarked
package io.beambatch.source;

import org.jspecify.annotations.NullMarked;
