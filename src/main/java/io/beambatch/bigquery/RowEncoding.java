package io.beambatch.bigquery;

/** How values are encoded in the rows of a load job. */
enum RowEncoding {
  /**
   * Values unchanged, except numbers that a column of type JSON can't represent with all their
   * digits: they are texts.
   */
  PLAIN,
  /**
   * For a table that rejected the plain encoding: all fractions in columns of type JSON are texts.
   * BigQuery rejects some that a double represents exactly, because they would not survive a round
   * trip.
   */
  CAREFUL
}
