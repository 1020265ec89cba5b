package io.beambatch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A table of text, with numbers aligned to the right. Names that would make it wider than a
 * terminal stand on a line of their own, above the values that belong to them.
 */
final class TextTable {
  private static final String INDENT = "  ";

  /** A line of values, and of the names above it, if the table has names. */
  private record Row(List<String> names, List<String> values) {}

  private final List<Row> rows = new ArrayList<>();
  private final int firstNumber;

  /**
   * An empty table.
   *
   * @param names the titles of the names; empty for a table without
   * @param firstNumber from this column on, values are aligned to the right
   */
  TextTable(List<String> names, List<String> titles, int firstNumber) {
    this.firstNumber = firstNumber;
    add(names, titles);
  }

  void add(List<String> names, List<String> values) {
    rows.add(new Row(names, values));
  }

  @Override
  public String toString() {
    int[] widths =
        IntStream.range(0, rows.get(0).values().size())
            .map(
                column ->
                    rows.stream()
                        .mapToInt(row -> row.values().get(column).length())
                        .max()
                        .orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder();
    for (Row row : rows) {
      if (!row.names().isEmpty()) {
        text.append(String.join("  ", row.names())).append('\n').append(INDENT);
      }
      text.append(padded(row.values(), widths)).append('\n');
    }
    return text.toString();
  }

  private String padded(List<String> line, int[] widths) {
    StringBuilder text = new StringBuilder();
    for (int column = 0; column < line.size(); column++) {
      String format = "%" + (column < firstNumber ? "-" : "") + Math.max(1, widths[column]) + "s  ";
      text.append(String.format(Locale.ROOT, format, line.get(column)));
    }
    return text.toString().stripTrailing();
  }
}
