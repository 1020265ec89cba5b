package io.beambatch.cli;

import java.util.stream.Collectors;
import org.apache.commons.text.WordUtils;

/**
 * Folds lines that are wider than a terminal. It breaks them only at spaces: a path or a number
 * stays whole, so that it can be copied.
 */
final class Folding {
  /** Columns that every terminal has. */
  private static final int WIDTH = 80;

  private static final int HANGING = 2;

  private Folding() {}

  /** A text whose first line begins in a column; so do the others. */
  static String folded(String text, int column) {
    return column + text.length() <= WIDTH
        ? text
        : WordUtils.wrap(text, WIDTH - column, "\n" + " ".repeat(column), false);
  }

  /** Lines, of each of which what doesn't fit follows a little further to the right. */
  static String folded(String lines) {
    return lines.lines().map(Folding::hanging).collect(Collectors.joining("\n"));
  }

  private static String hanging(String line) {
    String text = line.stripLeading();
    int column = line.length() - text.length();
    return line.length() <= WIDTH ? line : " ".repeat(column) + folded(text, column + HANGING);
  }
}
