package io.beambatch.chunk;

import io.beambatch.job.Taken;
import io.beambatch.reuse.Fingerprint;
import java.io.IOException;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Decides which lines belong to a run that is for some documents only: the first lines, or those
 * with the smallest fingerprints, which are a fair sample. It is called bucket by bucket. In memory
 * it holds only the lines that are taken from one bucket.
 */
final class TakenLines {
  private static final Comparator<Place> BY_FINGERPRINT =
      Comparator.comparing(Place::fingerprint).thenComparing(Place::line);

  private final @Nullable Taken taken;
  private long left;

  /** The first line of the bucket that is left out, or null if all are taken. */
  private @Nullable Place end;

  private record Place(Fingerprint fingerprint, long line) {}

  /**
   * The lines that a job takes.
   *
   * @param taken null for all
   */
  TakenLines(@Nullable Taken taken) {
    this.taken = taken;
    this.left = taken == null ? Long.MAX_VALUE : taken.documents();
  }

  /** Advances to the next bucket. */
  void enter(SelectionFiles.Bucket bucket) throws IOException {
    if (taken == null || !taken.sampled()) {
      return;
    }
    end = bucket.size() <= left ? null : end(bucket);
    left -= Math.min(left, bucket.size());
  }

  private Place end(SelectionFiles.Bucket bucket) throws IOException {
    PriorityQueue<Place> smallest = new PriorityQueue<>(BY_FINGERPRINT.reversed());
    try (SelectionFiles.Lines lines = bucket.open()) {
      while (lines.next()) {
        smallest.add(new Place(lines.fingerprint(), lines.line()));
        if (smallest.size() > left + 1) {
          smallest.remove();
        }
      }
    }
    return smallest.element();
  }

  /** Returns whether a line of the bucket belongs to the run. */
  boolean contains(Fingerprint fingerprint, long line) {
    if (taken == null) {
      return true;
    }
    if (!taken.sampled()) {
      return line < taken.documents();
    }
    return end == null || BY_FINGERPRINT.compare(new Place(fingerprint, line), end) < 0;
  }
}
