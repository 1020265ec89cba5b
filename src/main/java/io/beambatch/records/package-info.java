/** Files of records that bring their schema: Avro and Parquet, local or {@code gs://}. */
package io.beambatch.records;
