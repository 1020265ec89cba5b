/**
 * Documents and failures: the values that every stage passes on, with their coders, and the fields
 * that a run adds to them.
 */
@NullMarked
package io.beambatch.document;

import org.jspecify.annotations.NullMarked;
