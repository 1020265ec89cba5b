package io.beambatch.chunk;

import io.beambatch.storage.JsonCoder;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Looks at a plan before anything of it is uploaded, and throws if it must not be sent. */
@FunctionalInterface
public interface PlanGate extends Serializable {

  /** Lets every plan pass. */
  PlanGate OPEN = plan -> {};

  /**
   * Passes a plan or throws.
   *
   * @throws RuntimeException if it must not be sent
   */
  void check(Plan plan);

  /** Puts the gate behind a collection of plans. */
  default PCollection<Plan> guard(PCollection<Plan> plans, String step) {
    return plans.apply(step, ParDo.of(new GateFn(this))).setCoder(JsonCoder.of(Plan.class));
  }

  /** The gate as a step. */
  final class GateFn extends DoFn<Plan, Plan> {
    private final PlanGate gate;

    GateFn(PlanGate gate) {
      this.gate = gate;
    }

    @ProcessElement
    public void process(@Element Plan plan, OutputReceiver<Plan> out) {
      gate.check(plan);
      out.output(plan);
    }
  }
}
