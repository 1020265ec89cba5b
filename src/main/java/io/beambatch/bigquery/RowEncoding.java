package io.beambatch.bigquery;

/** How values are encoded in the rows of a load job. */
enum RowEncoding {
  /**
   * Values as they are. Only numbers that a column of type JSON can't hold with all their digits
   * are texts in it.
   */
  PLAIN,
  /**
   * For a table that refused the plain encoding: in columns of type JSON all fractions are texts.
   * Of some that a double holds exactly BigQuery says that they don't survive being read back.
   */
  CAREFUL
}
