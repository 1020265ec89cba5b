/** What the program asks of BigQuery: tables, their columns, and jobs that are done once. */
package io.beambatch.bigquery;
