package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The format of CSV files. By default it is RFC 4180: commas, and quotes that are doubled within
 * quotes.
 *
 * @param delimiter separates two cells
 * @param quote surrounds a cell that contains delimiters or line ends; null for none
 * @param escape precedes, within quotes, a quote or itself; if there are no quotes, also a
 *     delimiter or line end. Null for none
 * @param ragged whether rows may omit their last cells, which are then empty
 */
public record CsvDialect(
    char delimiter, @Nullable Character quote, @Nullable Character escape, boolean ragged)
    implements Serializable {
  /** RFC 4180. */
  public static final CsvDialect STANDARD = of(',');

  /** RFC 4180 with another delimiter. */
  public static CsvDialect of(char delimiter) {
    return new CsvDialect(delimiter, '"', null, false);
  }

  /** Returns whether only the delimiter may differ from RFC 4180. */
  boolean isStandardExceptDelimiter() {
    return quote != null && quote == '"' && escape == null && !ragged;
  }
}
