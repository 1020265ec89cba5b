package io.beambatch.chunk;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** Counts documents as they come from the source. */
final class TallyReadFn<T> extends DoFn<T, Tally> {
  private final Counter read = Metrics.counter("chunk", "documents_read");
  private transient Map<BoundedWindow, Long> counts;

  @StartBundle
  public void startBundle() {
    counts = new HashMap<>();
  }

  @ProcessElement
  public void process(BoundedWindow window) {
    counts.merge(window, 1L, Long::sum);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    counts.forEach(
        (window, count) -> {
          read.inc(count);
          context.output(Tally.ofRead(count), window.maxTimestamp(), window);
        });
  }
}
