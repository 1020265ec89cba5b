/**
 * The BigQuery connector: checks of tables, rows as documents, documents as rows of load jobs.
 * Start with {@link io.beambatch.bigquery.TableSourceReader} and {@link
 * io.beambatch.bigquery.TableDestinationWriter}; the only other class used outside is {@link
 * io.beambatch.bigquery.BigQueryException}.
 *
 * <p>Beam's {@code BigQueryIO} reads rows, but doesn't load them: each launch would give its load
 * jobs new names, so that a resumed run would load its files twice.
 */
@NullMarked
package io.beambatch.bigquery;

import org.jspecify.annotations.NullMarked;
