/**
 * JSON as bytes: how it is parsed, cut out and put together, and how files of lines are read,
 * without a document's own bytes ever being written anew. Needs no other package of the project.
 */
@NullMarked
package io.beambatch.json;

import org.jspecify.annotations.NullMarked;
