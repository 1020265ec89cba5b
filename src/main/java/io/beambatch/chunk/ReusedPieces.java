package io.beambatch.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the reused lines of a plan into pieces, each for one join. A piece has the lines of parts
 * that follow each other, not too many, and all their answers in one file.
 */
final class ReusedPieces {
  private final String id;
  private final LineUse use;
  private final long enough;
  private final List<ReusedLines> pieces = new ArrayList<>();
  private final List<Part> open = new ArrayList<>();
  private @Nullable String openAnswers;
  private long openLines;

  /**
   * Cuts lines with one use.
   *
   * @param id of the pieces, to which their numbers are added
   * @param enough a piece ends with the part that gives it at least this number of lines
   */
  ReusedPieces(String id, LineUse use, long enough) {
    this.id = id;
    this.use = use;
    this.enough = enough;
  }

  /**
   * Adds the next part.
   *
   * @param answers the file with its lines' answers, or null if this run buys them
   */
  void add(Part part, @Nullable String answers) {
    int lines = ReusedLines.count(part, use);
    if (lines == 0) {
      return;
    }
    if (openLines >= enough || !Objects.equals(answers, openAnswers)) {
      end();
    }
    open.add(part);
    openAnswers = answers;
    openLines += lines;
  }

  private void end() {
    if (!open.isEmpty()) {
      String piece = String.format(Locale.ROOT, "%s%05d", id, pieces.size());
      pieces.add(new ReusedLines(piece, use, List.copyOf(open), openAnswers));
      open.clear();
      openLines = 0;
    }
  }

  /** All pieces; none if no line has the use. */
  List<ReusedLines> all() {
    end();
    return pieces;
  }
}
