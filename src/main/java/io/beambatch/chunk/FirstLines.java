package io.beambatch.chunk;

import io.beambatch.reuse.Fingerprint;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Chooses the lines that are sent before the others, as a canary or to warm the provider's cache:
 * of those that are sent, the ones with the smallest fingerprints, which are a fair sample. It is
 * called bucket by bucket, and holds only the lines that it chooses.
 */
final class FirstLines {
  private static final Comparator<Place> BY_FINGERPRINT =
      Comparator.comparing(Place::fingerprint).thenComparing(Place::line);

  private final long[] lines;
  private int count;

  private record Place(Fingerprint fingerprint, long line) {}

  /**
   * Chooses a number of lines.
   *
   * @param most 0 for none
   */
  FirstLines(int most) {
    this.lines = new long[most];
  }

  /** Chooses lines of a bucket whose uses are recorded. Call it in ascending order of buckets. */
  void addFrom(SelectionFiles.Bucket bucket, SelectionFiles files) throws IOException {
    int left = lines.length - count;
    if (left == 0) {
      return;
    }
    PriorityQueue<Place> smallest = new PriorityQueue<>(BY_FINGERPRINT.reversed());
    try (SelectionFiles.Lines all = bucket.open()) {
      while (all.next()) {
        if (files.use(all.line()).isSent()) {
          smallest.add(new Place(all.fingerprint(), all.line()));
          if (smallest.size() > left) {
            smallest.remove();
          }
        }
      }
    }
    for (Place place : smallest) {
      lines[count++] = place.line();
    }
  }

  /** Ends the choice; from then on, lines can be looked up. */
  void close() {
    Arrays.sort(lines, 0, count);
  }

  /** Returns whether no line is chosen. */
  boolean isEmpty() {
    return count == 0;
  }

  /** Returns whether a line is chosen. */
  boolean contains(long line) {
    return Arrays.binarySearch(lines, 0, count, line) >= 0;
  }
}
