/**
 * BigQuery, whole: checks of tables, rows as documents, documents as rows of load jobs. Start at
 * {@link io.beambatch.bigquery.TableSourceReader} and {@link
 * io.beambatch.bigquery.TableDestinationWriter}; nothing else is known outside, but {@link
 * io.beambatch.bigquery.BigQueryException}.
 *
 * <p>Beam's {@code BigQueryIO} reads rows. It doesn't load them: its load jobs are named anew by
 * each launch, so that a run that is resumed would load its files twice.
 */
@NullMarked
package io.beambatch.bigquery;

import org.jspecify.annotations.NullMarked;
