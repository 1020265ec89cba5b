/**
 * Avro schemas of documents: how they are derived, how they fit each other, and how a record is
 * converted to JSON and back.
 *
 * <p>Input: schemas, shapes of JSON and records. Output: schemas, and JSON without any loss. Where
 * Avro has no type, a property names the original one, in Parquet ({@code parquetType}) or in
 * BigQuery ({@code sqlType}). Start with {@link io.beambatch.schema.AvroJson}.
 */
@NullMarked
package io.beambatch.schema;

import org.jspecify.annotations.NullMarked;
