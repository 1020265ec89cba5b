package io.beambatch.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A table of text: as wide as its values, with numbers aligned to the right. */
final class TextTable {
  private final List<List<String>> lines = new ArrayList<>();
  private final int firstNumber;

  /**
   * An empty table.
   *
   * @param firstNumber from this column on, values are aligned to the right
   */
  TextTable(List<String> titles, int firstNumber) {
    this.firstNumber = firstNumber;
    lines.add(titles);
  }

  void add(List<String> line) {
    lines.add(line);
  }

  @Override
  public String toString() {
    int[] widths =
        IntStream.range(0, lines.get(0).size())
            .map(
                column ->
                    lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(padded(line, widths)).append('\n'));
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
