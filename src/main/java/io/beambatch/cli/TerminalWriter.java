package io.beambatch.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a terminal: folds facts, and sentences, which are what is written with {@code println}.
 * What is written with {@code print} stays as it is: commands and JSON, which may be copied, and
 * lines that are drawn over each other.
 */
final class TerminalWriter extends PrintWriter {
  TerminalWriter(PrintWriter terminal) {
    super(terminal, true);
  }

  @Override
  public void println(@Nullable String sentence) {
    super.println(Folding.folded(String.valueOf(sentence)));
  }

  @Override
  public void print(@Nullable Object facts) {
    super.print(facts instanceof Facts table ? table.folded() : facts);
  }
}
