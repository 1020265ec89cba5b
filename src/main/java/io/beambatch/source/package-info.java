/**
 * Reads a source into documents. In come file patterns (or what connectors bring); out come {@link
 * io.beambatch.document.Document}s, and failed ones for records that can't become documents. Start
 * at {@link io.beambatch.source.ReadDocuments}: it finds files, splits them, and reads the splits.
 */
@NullMarked
package io.beambatch.source;

import org.jspecify.annotations.NullMarked;
