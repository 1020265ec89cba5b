/** Avro schemas of documents: what they are made of, and how a record is written as JSON. */
package io.beambatch.schema;
