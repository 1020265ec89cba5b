/**
 * What a document is, and what is said of one that failed: the values that every stage passes on,
 * with their coders, and the fields that a run adds to them.
 */
@NullMarked
package io.beambatch.document;

import org.jspecify.annotations.NullMarked;
