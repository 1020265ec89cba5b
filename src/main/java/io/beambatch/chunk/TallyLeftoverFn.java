package io.beambatch.chunk;

import org.apache.beam.sdk.transforms.DoFn;

/** Notes a chunk of the attempt before, and what has to be sent again of it. */
final class TallyLeftoverFn extends DoFn<Leftover, Tally> {
  @ProcessElement
  public void process(@Element Leftover leftover, OutputReceiver<Tally> out) {
    out.output(Tally.of(leftover));
  }
}
