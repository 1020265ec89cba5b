/** Files of records that bring their schema: Avro and Parquet, local or {@code gs://}. */
@NullMarked
package io.beambatch.records;

import org.jspecify.annotations.NullMarked;
