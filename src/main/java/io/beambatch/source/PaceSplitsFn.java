package io.beambatch.source;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;

/**
 * Gives out as many splits at a time as make up one of the usual size, and the next only after the
 * runner has turned to its other work.
 *
 * <p>The direct runner works through its bundles in the order in which they came, and keeps each
 * one's output until its turn comes. Given all splits at once, it would read them all before it did
 * anything with the documents, and so hold the whole source in memory. Given a small file at a
 * time, it would do all that is done for a bundle, and write all that is written for one, for each
 * small file.
 */
@DoFn.BoundedPerElement
final class PaceSplitsFn extends DoFn<KV<String, Iterable<FileSplit>>, FileSplit> {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 10_000;

  private final long bytes;

  /**
   * A step that gives out splits.
   *
   * @param bytes how many to give out at a time, with the split that makes them as many
   */
  PaceSplitsFn(long bytes) {
    this.bytes = bytes;
  }

  @GetInitialRestriction
  public OffsetRange all(@Element KV<String, Iterable<FileSplit>> splits) {
    return new OffsetRange(0, groups(splits.getValue()).size());
  }

  @ProcessElement
  public ProcessContinuation next(
      @Element KV<String, Iterable<FileSplit>> splits,
      RestrictionTracker<OffsetRange, Long> tracker,
      OutputReceiver<FileSplit> output) {
    long next = tracker.currentRestriction().getFrom();
    if (!tracker.tryClaim(next)) {
      return ProcessContinuation.stop();
    }
    groups(splits.getValue()).get((int) next).forEach(output::output);
    return ProcessContinuation.resume();
  }

  private List<List<FileSplit>> groups(Iterable<FileSplit> splits) {
    List<List<FileSplit>> groups = new ArrayList<>();
    long room = 0;
    for (FileSplit split : splits) {
      if (room <= 0 || groups.get(groups.size() - 1).size() == MOST) {
        groups.add(new ArrayList<>());
        room = bytes;
      }
      groups.get(groups.size() - 1).add(split);
      room -= split.bytes();
    }
    return groups;
  }
}
