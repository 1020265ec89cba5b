package io.beambatch.job;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How CSV files are written. Without further keys as in RFC 4180: commas, and quotes that are
 * doubled within quotes.
 *
 * @param delimiter what stands between two cells
 * @param quote what stands around a cell that holds delimiters or line ends; null if nothing does
 * @param escape what stands, within quotes, before a quote or itself; where there are no quotes,
 *     also before a delimiter or line end. Null if nothing does
 * @param ragged whether rows may leave out their last cells, which are then empty
 */
public record CsvDialect(
    char delimiter, @Nullable Character quote, @Nullable Character escape, boolean ragged)
    implements Serializable {
  /** As in RFC 4180. */
  public static final CsvDialect STANDARD = of(',');

  /** As in RFC 4180, but for what stands between two cells. */
  public static CsvDialect of(char delimiter) {
    return new CsvDialect(delimiter, '"', null, false);
  }
}
