package io.beambatch.chunk;

import org.apache.beam.sdk.transforms.DoFn;

/** Parts of a later attempt: their documents were counted when they were joined. */
final class TallyAgainFn extends DoFn<Part, Tally> {
  @ProcessElement
  public void process(@Element Part part, OutputReceiver<Tally> out) {
    out.output(new Tally(part, part.documents(), null));
  }
}
