package io.beambatch.chunk;

import io.beambatch.job.Limits;
import io.beambatch.ledger.Ledgers;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;

/**
 * Plans what a chunk leaves to a later attempt by itself, as it comes: what would come together is
 * chance on unbounded input, and would be another chance when it is repeated. A part that comes
 * twice gets the same plan.
 */
final class PlanPartFn extends DoFn<Leftover, Plan> {
  private final int attempt;
  private final RunFolder folder;
  private final Limits limits;
  private transient Planner planner;

  PlanPartFn(int attempt, RunFolder folder, Limits limits) {
    this.attempt = attempt;
    this.folder = folder;
    this.limits = limits;
  }

  @Setup
  public void setup() {
    planner = new Planner(new PlanStore(Ledgers.open(folder)), folder, limits);
  }

  @ProcessElement
  public void process(@Element Leftover leftover, OutputReceiver<Plan> out) throws IOException {
    Part part = leftover.part();
    if (part != null) {
      PlanName name = PlanName.of(attempt, "a" + attempt + "-" + part.name());
      out.output(planner.plan(name, List.of(part), part.documents(), Shape.NONE));
    }
  }
}
