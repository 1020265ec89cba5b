/** Avro schemas of documents: what they are made of, and how a record is written as JSON. */
@NullMarked
package io.beambatch.schema;

import org.jspecify.annotations.NullMarked;
