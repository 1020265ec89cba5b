/**
 * Files whose rows have a schema: Avro and Parquet, local or {@code gs://}.
 *
 * <p>Input: a path, or a schema and a stream. Output: rows as JSON objects with the schema of the
 * documents, cut into splits, or a file. {@link io.beambatch.records.ParquetSchema} and {@link
 * io.beambatch.records.ParquetTypes} map Parquet's types. Every claim of a file is checked against
 * its bytes before it is relied on. Start with {@link io.beambatch.records.RowFormat}.
 */
@NullMarked
package io.beambatch.records;

import org.jspecify.annotations.NullMarked;
