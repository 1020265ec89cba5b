/**
 * JSON as bytes: parsing, slicing and assembling it, and reading files of lines, without ever
 * re-encoding a document's own bytes. It depends on no other package of the project.
 */
@NullMarked
package io.beambatch.json;

import org.jspecify.annotations.NullMarked;
