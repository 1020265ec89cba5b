package io.beambatch.chunk;

import io.beambatch.storage.RunFolder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.IntStream;

/** The use of each line of one part. Readers of a part's files skip lines by it. */
public final class LineUses {
  private final LineUse[] uses;

  private LineUses(LineUse[] uses) {
    this.uses = uses;
  }

  /** The uses of a part's lines; a part without a record of them is sent completely. */
  public static LineUses of(Part part, RunFolder folder) throws IOException {
    LineUse[] uses = new LineUse[part.allLines()];
    Part.Lines lines = part.lines();
    if (lines == null) {
      Arrays.fill(uses, LineUse.SENT);
      return new LineUses(uses);
    }
    String path = folder.lines(lines.file());
    Map<LineUse, Integer> counts = new EnumMap<>(LineUse.class);
    try (InputStream in = folder.open(path)) {
      in.skipNBytes(lines.offset());
      byte[] codes = in.readNBytes(uses.length);
      for (int line = 0; line < codes.length; line++) {
        uses[line] = LineUse.of(codes[line]);
        counts.merge(uses[line], 1, Integer::sum);
      }
    } catch (EOFException | IllegalArgumentException e) {
      throw damaged(path, part);
    }
    if (!fit(counts, part, lines)) {
      throw damaged(path, part);
    }
    return new LineUses(uses);
  }

  private static IllegalStateException damaged(String path, Part part) {
    return new IllegalStateException(
        path + " contradicts the plan about part " + part.name() + "; it is damaged");
  }

  private static boolean fit(Map<LineUse, Integer> counts, Part part, Part.Lines lines) {
    int sent = counts.getOrDefault(LineUse.SENT, 0) + counts.getOrDefault(LineUse.AWAITED, 0);
    return sent == part.requests()
        && counts.getOrDefault(LineUse.KNOWN, 0) == lines.known()
        && counts.getOrDefault(LineUse.DUPLICATE, 0) == lines.duplicates();
  }

  /** The number of lines. */
  public int count() {
    return uses.length;
  }

  /** The use of a line, counted from 0. */
  public LineUse use(int line) {
    return uses[line];
  }

  /** The lines that are sent, in ascending order. */
  public int[] sentLines() {
    return IntStream.range(0, uses.length).filter(line -> uses[line].isSent()).toArray();
  }
}
