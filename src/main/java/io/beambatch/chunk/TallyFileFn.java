package io.beambatch.chunk;

import org.apache.beam.sdk.transforms.DoFn;

/** Notes a file whose documents are in the same window. */
final class TallyFileFn extends DoFn<String, Tally> {
  @ProcessElement
  public void process(@Element String file, OutputReceiver<Tally> out) {
    out.output(Tally.ofFile(file));
  }
}
