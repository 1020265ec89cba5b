/**
 * Files whose rows have a schema: Avro and Parquet, local or {@code gs://}. In comes a path, or a
 * schema and a stream; out come rows as JSON objects with the schema of the documents, cut into
 * splits, or a file. Parquet's types are mapped in {@link io.beambatch.records.ParquetSchema} and
 * {@link io.beambatch.records.ParquetTypes}; nothing that a file claims is believed before it is
 * checked against the file's bytes. Start at {@link io.beambatch.records.RowFormat}.
 */
@NullMarked
package io.beambatch.records;

import org.jspecify.annotations.NullMarked;
