package io.beambatch.bigquery;

/** How rows are written for a load job. */
enum RowForm {
  /**
   * Values as they are. Only numbers that a column of type JSON can't hold with all their digits
   * are texts in it.
   */
  PLAIN,
  /**
   * For a table that did not take the plain form: in columns of type JSON all fractions are texts.
   * Of some that a double holds exactly BigQuery says that they don't survive being read back.
   */
  CAREFUL
}
