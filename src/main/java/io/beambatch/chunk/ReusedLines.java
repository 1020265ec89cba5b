package io.beambatch.chunk;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a plan whose documents get answers that other lines pay for. They are joined together,
 * without a batch.
 *
 * @param id unique within the run, such as {@code a1-d00000}; {@code [A-Za-z0-9_-]+}
 * @param use the use of all these lines
 * @param parts the parts with such lines
 * @param answers the file of the run that has their answers, or null if those are bought by this
 *     run: then the joined chunks name the files
 */
public record ReusedLines(String id, LineUse use, List<Part> parts, @Nullable String answers) {

  /** The number of lines. */
  public long count() {
    return parts.stream().mapToLong(part -> count(part, use)).sum();
  }

  /** The number of lines of a part with a use. */
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
