package io.beambatch.source;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;

/**
 * Emits as many splits at a time as add up to the usual size, and the next ones only after the
 * runner has processed its other work.
 *
 * <p>The direct runner processes its bundles in order of arrival, and keeps each one's output until
 * its turn comes. If it received all splits at once, it would read them all before processing any
 * document, and so hold the whole source in memory. If it received one small file at a time, it
 * would repeat for each small file everything that a bundle costs.
 */
@DoFn.BoundedPerElement
final class PaceSplitsFn extends DoFn<KV<String, Iterable<FileSplit>>, FileSplit> {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 10_000;

  private final long bytes;

  /**
   * Emits splits.
   *
   * @param bytes how many to emit at a time; the split that reaches it is included
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
