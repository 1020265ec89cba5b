package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.storage.JsonCoder;
import io.beambatch.storage.RunFolder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.PCollection;

/** Groups the descriptions of parts, window by window, and commits a plan for each. */
final class PlanChunks extends PTransform<PCollection<Tally>, PCollection<Plan>> {
  private final int attempt;
  private final RunFolder folder;
  private final Limits limits;

  PlanChunks(int attempt, RunFolder folder, Limits limits) {
    this.attempt = attempt;
    this.folder = folder;
    this.limits = limits;
  }

  @Override
  public PCollection<Plan> expand(PCollection<Tally> tallies) {
    return tallies
        .apply("Key", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), JsonCoder.of(Tally.class)))
        .apply("Gather part descriptors", GroupByKey.create())
        .apply("Pack and commit", ParDo.of(new PlanFn(attempt, folder, limits)))
        .setCoder(JsonCoder.of(Plan.class));
  }
}
