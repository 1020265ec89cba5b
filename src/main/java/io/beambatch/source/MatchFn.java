package io.beambatch.source;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;

/** From a list of patterns to the files that there are now. */
final class MatchFn extends DoFn<List<String>, String> {
  private final ReadGate gate;

  MatchFn(ReadGate gate) {
    this.gate = gate;
  }

  @ProcessElement
  public void match(@Element List<String> patterns, MultiOutputReceiver out) throws IOException {
    List<String> plans = gate.plans();
    if (plans.isEmpty()) {
      FilePatterns.matchAll(patterns).forEach(out.get(ReadDocuments.FILES)::output);
    } else {
      plans.forEach(out.get(ReadDocuments.PLANS)::output);
    }
  }
}
