package io.beambatch.chunk;

import io.beambatch.job.Taken;
import io.beambatch.reuse.AnswerCache;
import io.beambatch.reuse.Fingerprint;
import io.beambatch.reuse.FingerprintFile;
import io.beambatch.reuse.FingerprintTable;
import io.beambatch.reuse.MergedAnswers;
import io.beambatch.storage.RunFolder;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the lines of a plan that need not be sent: earlier runs have bought their answers, or
 * another line of the plan is identical. Of the lines that are sent, it chooses those that go
 * first. It reads the parts' fingerprints, never their requests. It sorts them into buckets by
 * their first bits, in files on the local disk, so its memory doesn't grow with their number.
 *
 * <p>Known answers are copied into the run's folder. A committed plan therefore has the answers
 * that it counts on, even if the cache is deleted.
 */
final class ReuseSelector implements LineSelector {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(ReuseSelector.class);

  /** About how many lines a join gets at most, because it holds a position for each. */
  private static final long MOST_LINES_A_JOIN = 250_000;

  /** Fewer lines are not worth a join of their own. */
  private static final long LEAST_LINES_A_JOIN = 20_000;

  /** The number of a fingerprint whose answer is known. */
  private static final long KNOWN = Long.MAX_VALUE;

  private final RunFolder folder;
  private final boolean once;
  private final @Nullable AnswerCache cache;
  private final @Nullable Taken taken;
  private final int first;

  /**
   * Selects lines of a run's plans.
   *
   * @param once whether lines that are the same are bought once
   * @param cache of what earlier runs have bought, or null
   * @param taken the lines that are part of the run, or null for all
   * @param first how many lines are sent first, as a fair sample
   */
  ReuseSelector(
      RunFolder folder,
      boolean once,
      @Nullable AnswerCache cache,
      @Nullable Taken taken,
      int first) {
    this.first = first;
    this.folder = folder;
    this.once = once;
    this.cache = cache;
    this.taken = taken;
  }

  @Override
  public Selected select(String plan, List<Part> parts) throws IOException {
    List<Part> fingerprinted = parts.stream().filter(Part::fingerprinted).toList();
    long lines = fingerprinted.stream().mapToLong(Part::requests).sum();
    if (lines == 0) {
      return new Selected(parts, List.of(), takenText());
    }
    try (SelectionFiles files = new SelectionFiles(lines);
        KnownAnswers known = new KnownAnswers(folder, fingerprinted, linesAJoin(lines))) {
      for (Part part : fingerprinted) {
        try (FingerprintFile.Reader reader = open(part)) {
          for (int line = 0; line < part.requests(); line++) {
            files.add(reader.next().fingerprint());
          }
        }
      }
      FirstLines firstLines = new FirstLines(first);
      boolean found = choose(files, known, firstLines);
      List<Part> sample =
          firstLines.isEmpty()
              ? List.of()
              : write(parts, files, line -> !firstLines.contains(line)).stream()
                  .filter(part -> part.requests() > 0)
                  .toList();
      List<Part> selected = found ? write(parts, files, firstLines::contains) : parts;
      if (cache != null) {
        long reusable =
            selected.stream().mapToLong(part -> ReusedLines.count(part, LineUse.KNOWN)).sum();
        long inRun = taken == null ? lines : Math.min(lines, taken.documents());
        cache.tidy(Clock.systemUTC().instant(), folder.run(), inRun, reusable);
      }
      List<ReusedLines> reused = reused(plan, selected, known, linesAJoin(lines));
      if (!reused.isEmpty()) {
        LOG.info(
            "plan {}: {} requests, of which {} need not be sent: their answers are known, or"
                + " identical requests are sent",
            plan,
            lines,
            reused.stream().mapToLong(ReusedLines::count).sum());
      }
      return new Selected(sample, selected, reused, takenText());
    }
  }

  /** Joins run in parallel: one for each file of known answers, unless it is too small or large. */
  private static long linesAJoin(long lines) {
    long share = (lines + KnownAnswers.MOST_GROUPS - 1) / KnownAnswers.MOST_GROUPS;
    return Math.min(Math.max(share, LEAST_LINES_A_JOIN), MOST_LINES_A_JOIN);
  }

  private @Nullable String takenText() {
    return taken == null ? null : taken.toString();
  }

  private FingerprintFile.Reader open(Part part) throws IOException {
    return new FingerprintFile.Reader(folder.open(folder.fingerprints(part.name())));
  }

  /**
   * Records the use of every line, and chooses those that are sent first; false if all lines are
   * sent, none for others, and none first.
   */
  private boolean choose(SelectionFiles files, KnownAnswers copies, FirstLines firstLines)
      throws IOException {
    Instant now = Clock.systemUTC().instant();
    boolean found = false;
    TakenLines part = new TakenLines(taken);
    try (MergedAnswers answers = cache == null ? MergedAnswers.none() : cache.open(now)) {
      boolean more = answers.next();
      for (SelectionFiles.Bucket bucket : files.buckets()) {
        FingerprintTable firsts = new FingerprintTable(bucket.size());
        part.enter(bucket);
        found |= findDuplicates(files, bucket, part, new Places(firsts, copies));
        long before = copies.entries();
        while (more && !bucket.isBefore(answers.entry().fingerprint())) {
          Fingerprint known = answers.entry().fingerprint();
          long place = firsts.get(known);
          if (place != FingerprintTable.NONE) {
            copies.add(place, answers.entry());
            firsts.put(known, KNOWN);
          }
          more = answers.next();
        }
        if (copies.entries() > before) {
          recordKnown(files, bucket, part, firsts);
          found = true;
        }
        firstLines.addFrom(bucket, files);
      }
      copies.commit();
    }
    firstLines.close();
    return found || !firstLines.isEmpty();
  }

  /**
   * Records the lines of a bucket that are left out, and its duplicates; false if there are none.
   */
  private boolean findDuplicates(
      SelectionFiles files, SelectionFiles.Bucket bucket, TakenLines part, Places places)
      throws IOException {
    boolean found = false;
    try (SelectionFiles.Lines lines = bucket.open()) {
      while (lines.next()) {
        if (!part.contains(lines.fingerprint(), lines.line())) {
          files.setUse(lines.line(), LineUse.LEFT_OUT);
          found = true;
          continue;
        }
        long first = places.add(lines.fingerprint(), lines.line());
        if (first != lines.line() && once) {
          files.setUse(first, LineUse.AWAITED);
          files.setUse(lines.line(), LineUse.DUPLICATE);
          found = true;
        }
      }
    }
    return found;
  }

  /** Where the lines of a bucket are, by their fingerprints. */
  private record Places(FingerprintTable table, KnownAnswers answers) {
    /** Adds a line; returns the first one with its fingerprint. */
    long add(Fingerprint fingerprint, long line) {
      long before = table.get(fingerprint);
      long place =
          before == FingerprintTable.NONE ? answers.place(line) : answers.both(before, line);
      if (place != before) {
        table.put(fingerprint, place);
      }
      return KnownAnswers.line(place);
    }
  }

  private static void recordKnown(
      SelectionFiles files, SelectionFiles.Bucket bucket, TakenLines part, FingerprintTable firsts)
      throws IOException {
    try (SelectionFiles.Lines lines = bucket.open()) {
      while (lines.next()) {
        if (firsts.get(lines.fingerprint()) == KNOWN
            && part.contains(lines.fingerprint(), lines.line())) {
          files.setUse(lines.line(), LineUse.KNOWN);
        }
      }
    }
  }

  /**
   * Writes what becomes of each line, and returns the parts with their new numbers.
   *
   * @param elsewhere accepts the lines that these parts leave out, because others have them
   */
  private List<Part> write(List<Part> parts, SelectionFiles files, LongPredicate elsewhere)
      throws IOException {
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
        for (int i = 0; i < uses.length; i++) {
          uses[i] = elsewhere.test(first + i) ? LineUse.LEFT_OUT.code() : uses[i];
        }
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

  /** A part with the counts of its lines that are sent; the same part if all of them are. */
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

  private static List<ReusedLines> reused(
      String plan, List<Part> parts, KnownAnswers answers, long linesAJoin) {
    ReusedPieces known = new ReusedPieces(plan + "-k", LineUse.KNOWN, linesAJoin);
    ReusedPieces duplicates = new ReusedPieces(plan + "-d", LineUse.DUPLICATE, linesAJoin);
    long line = 0;
    for (Part part : parts) {
      if (part.fingerprinted() && part.allLines() > 0) {
        known.add(part, answers.file(line));
        duplicates.add(part, null);
        line += part.allLines();
      }
    }
    return Stream.concat(known.all().stream(), duplicates.all().stream()).toList();
  }
}
