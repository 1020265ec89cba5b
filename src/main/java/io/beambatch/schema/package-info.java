/**
 * Avro schemas of documents: what they are made of, how they fit each other, and how a record is
 * written as JSON and read back. In come schemas, shapes of JSON and records; out come schemas, and
 * JSON that loses nothing. What Avro has no type for says in a property what it was, in Parquet
 * ({@code parquetType}) or in BigQuery ({@code sqlType}). Start at {@link
 * io.beambatch.schema.AvroJson}.
 */
@NullMarked
package io.beambatch.schema;

import org.jspecify.annotations.NullMarked;
