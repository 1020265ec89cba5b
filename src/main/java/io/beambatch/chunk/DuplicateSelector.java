package io.beambatch.chunk;

import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.FingerprintTable;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the lines of a plan that are the same: the first of them is sent, and the others get its
 * answer. It reads the parts' fingerprints, never their requests, and works through them by their
 * first bits, in files on the local disk, so that its memory doesn't grow with their number.
 */
final class DuplicateSelector implements LineSelector {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(DuplicateSelector.class);

  /** How many lines are joined at once: a join holds a place for each. */
  private static final int LINES_A_JOIN = 250_000;

  private final RunFolder folder;

  DuplicateSelector(RunFolder folder) {
    this.folder = folder;
  }

  @Override
  public Selected select(String plan, List<Part> parts) throws IOException {
    List<Part> fingerprinted = parts.stream().filter(Part::fingerprinted).toList();
    long lines = fingerprinted.stream().mapToLong(Part::requests).sum();
    if (lines == 0) {
      return new Selected(parts, List.of());
    }
    try (SelectionFiles files = new SelectionFiles(lines)) {
      for (Part part : fingerprinted) {
        try (FingerprintFile.Reader reader = open(part)) {
          for (int line = 0; line < part.requests(); line++) {
            files.add(reader.next().fingerprint());
          }
        }
      }
      if (!findDuplicates(files)) {
        return new Selected(parts, List.of());
      }
      List<Part> selected = write(parts, files);
      List<ReusedLines> reused = new ArrayList<>();
      addReused(plan, LineUse.DUPLICATE, selected, reused);
      LOG.info(
          "plan {}: {} of {} requests are the same as others, and bought with them",
          plan,
          reused.stream().mapToLong(ReusedLines::count).sum(),
          lines);
      return new Selected(selected, reused);
    }
  }

  private FingerprintFile.Reader open(Part part) throws IOException {
    return new FingerprintFile.Reader(folder.open(folder.fingerprints(part.name())));
  }

  /** Notes the use of every line; false if no two are the same. */
  private static boolean findDuplicates(SelectionFiles files) throws IOException {
    boolean found = false;
    for (SelectionFiles.Bucket bucket : files.buckets()) {
      FingerprintTable firsts = new FingerprintTable();
      try (SelectionFiles.Lines lines = bucket.open()) {
        while (lines.next()) {
          long first = firsts.get(lines.fingerprint());
          if (first == FingerprintTable.NONE) {
            firsts.put(lines.fingerprint(), lines.line());
          } else {
            files.note(first, LineUse.AWAITED);
            files.note(lines.line(), LineUse.DUPLICATE);
            found = true;
          }
        }
      }
    }
    return found;
  }

  /** Writes what becomes of each line, and returns the parts with their new numbers. */
  private List<Part> write(List<Part> parts, SelectionFiles files) throws IOException {
    String file = Part.newName();
    List<Part> selected = new ArrayList<>();
    try (OutputStream out = Storage.create(folder.lines(file))) {
      long first = 0;
      long offset = 0;
      for (Part part : parts) {
        if (!part.fingerprinted()) {
          selected.add(part);
          continue;
        }
        byte[] uses = files.uses(first, part.requests());
        first += part.requests();
        Part reduced = reduced(part, uses, new Part.Lines(file, offset, uses.length, 0, 0));
        if (reduced.lines() != null) {
          out.write(uses);
          offset += uses.length;
        }
        selected.add(reduced);
      }
    } catch (IOException | RuntimeException e) {
      Storage.delete(List.of(folder.lines(file)));
      throw e;
    }
    return selected;
  }

  /** A part with the numbers of what of it is sent; as it was, if that is all of it. */
  private Part reduced(Part part, byte[] uses, Part.Lines place) throws IOException {
    Map<LineUse, Integer> counts = new EnumMap<>(LineUse.class);
    int requests = 0;
    long weight = 0;
    long bytes = 0;
    long tokens = 0;
    try (FingerprintFile.Reader reader = open(part)) {
      for (byte code : uses) {
        FingerprintFile.Entry entry = reader.next();
        LineUse use = LineUse.of(code);
        counts.merge(use, 1, Integer::sum);
        if (use.isSent()) {
          requests++;
          weight += entry.weight();
          bytes += entry.bytes();
          tokens += entry.tokens();
        }
      }
    }
    if (counts.getOrDefault(LineUse.SENT, 0) == uses.length) {
      return part;
    }
    Part.Lines lines =
        new Part.Lines(
            place.file(),
            place.offset(),
            place.all(),
            counts.getOrDefault(LineUse.KNOWN, 0),
            counts.getOrDefault(LineUse.DUPLICATE, 0));
    return new Part(
        part.name(),
        requests,
        weight,
        bytes,
        tokens,
        part.failed(),
        part.causes(),
        true,
        lines,
        part.repairs());
  }

  private static void addReused(
      String plan, LineUse use, List<Part> parts, List<ReusedLines> reused) {
    List<Part> together = new ArrayList<>();
    long lines = 0;
    for (Part part : parts) {
      int count = ReusedLines.count(part, use);
      if (count == 0) {
        continue;
      }
      if (lines + count > LINES_A_JOIN && !together.isEmpty()) {
        reused.add(reused(plan, use, together, reused.size()));
        together = new ArrayList<>();
        lines = 0;
      }
      together.add(part);
      lines += count;
    }
    if (!together.isEmpty()) {
      reused.add(reused(plan, use, together, reused.size()));
    }
  }

  private static ReusedLines reused(String plan, LineUse use, List<Part> parts, int number) {
    char kind = use == LineUse.KNOWN ? 'k' : 'd';
    return new ReusedLines(
        String.format(Locale.ROOT, "%s-%s%05d", plan, kind, number), use, List.copyOf(parts));
  }
}
