package io.beambatch.source;

import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.collect.Iterables;

/**
 * Gives out slices one at a time, and the next only after the runner has turned to its other work.
 *
 * <p>The direct runner works through its bundles in the order in which they came, and keeps each
 * one's output until its turn comes. Given all slices at once, it would read them all before it did
 * anything with the documents, and so hold the whole source in memory.
 */
@DoFn.BoundedPerElement
final class PaceFn extends DoFn<KV<String, Iterable<Slice>>, Slice> {

  @GetInitialRestriction
  public OffsetRange all(@Element KV<String, Iterable<Slice>> slices) {
    return new OffsetRange(0, Iterables.size(slices.getValue()));
  }

  @ProcessElement
  public ProcessContinuation next(
      @Element KV<String, Iterable<Slice>> slices,
      RestrictionTracker<OffsetRange, Long> tracker,
      OutputReceiver<Slice> output) {
    long next = tracker.currentRestriction().getFrom();
    if (!tracker.tryClaim(next)) {
      return ProcessContinuation.stop();
    }
    output.output(Iterables.get(slices.getValue(), (int) next));
    return ProcessContinuation.resume();
  }
}
