package io.beambatch.chunk;

import io.beambatch.schema.Shape;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** Writes a bundle's elements into parts, and tells what it wrote when the bundle ends. */
final class TallyPartsFn<T> extends DoFn<T, Tally> {
  private final BundleWriter.Factory<T> factory;
  private final Counter staged = Metrics.counter("chunk", "documents_staged");
  private transient Map<BoundedWindow, BundleWriter<T>> writers;

  TallyPartsFn(BundleWriter.Factory<T> factory) {
    this.factory = factory;
  }

  @StartBundle
  public void startBundle() {
    writers = new HashMap<>();
  }

  @ProcessElement
  public void process(@Element T element, BoundedWindow window) throws IOException {
    BundleWriter<T> writer = writers.get(window);
    if (writer == null) {
      writer = factory.open();
      writers.put(window, writer);
    }
    writer.add(element);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws IOException {
    for (Map.Entry<BoundedWindow, BundleWriter<T>> writer : writers.entrySet()) {
      BoundedWindow window = writer.getKey();
      for (Part part : writer.getValue().finish()) {
        staged.inc(part.documents());
        context.output(Tally.of(part), window.maxTimestamp(), window);
      }
      Shape shape = writer.getValue().shape();
      if (!shape.equals(Shape.NONE)) {
        context.output(Tally.ofShape(shape), window.maxTimestamp(), window);
      }
    }
    writers.clear();
  }

  @Teardown
  public void teardown() throws IOException {
    if (writers != null) {
      for (BundleWriter<T> writer : writers.values()) {
        writer.close();
      }
    }
  }
}
