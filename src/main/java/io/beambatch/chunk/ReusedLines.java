package io.beambatch.chunk;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a plan whose documents get answers that others buy: they are joined together, without a
 * batch.
 *
 * @param id unique within the run, such as {@code a1-d00000}; {@code [A-Za-z0-9_-]+}
 * @param use what they have in common
 * @param parts that have such lines
 * @param answers the file of the run that has their answers, or null if those are bought by this
 *     run: then the joined chunks name the files
 */
public record ReusedLines(String id, LineUse use, List<Part> parts, @Nullable String answers) {

  /** Some of these lines, under a name with a number. */
  ReusedLines piece(int number, List<Part> some) {
    return new ReusedLines(
        String.format(Locale.ROOT, "%s%05d", id, number), use, List.copyOf(some), answers);
  }

  /** How many lines there are. */
  public long count() {
    return parts.stream().mapToLong(part -> count(part, use)).sum();
  }

  /** How many lines of a part are for this use. */
  static int count(Part part, LineUse use) {
    Part.Lines lines = part.lines();
    if (lines == null) {
      return 0;
    }
    return switch (use) {
      case KNOWN -> lines.known();
      case DUPLICATE -> lines.duplicates();
      case SENT, AWAITED, LEFT_OUT -> 0;
    };
  }
}
