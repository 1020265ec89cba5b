package io.beambatch.source;

import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;

/**
 * Gives out splits one at a time, and the next only after the runner has turned to its other work.
 *
 * <p>The direct runner works through its bundles in the order in which they came, and keeps each
 * one's output until its turn comes. Given all splits at once, it would read them all before it did
 * anything with the documents, and so hold the whole source in memory.
 */
@DoFn.BoundedPerElement
final class PaceSplitsFn extends DoFn<KV<String, Iterable<FileSplit>>, FileSplit> {

  @GetInitialRestriction
  public OffsetRange all(@Element KV<String, Iterable<FileSplit>> splits) {
    return new OffsetRange(0, Iterables.size(splits.getValue()));
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
    output.output(Iterables.get(splits.getValue(), (int) next));
    return ProcessContinuation.resume();
  }
}
