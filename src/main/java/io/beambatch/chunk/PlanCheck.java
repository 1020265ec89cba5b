package io.beambatch.chunk;

import io.beambatch.storage.JsonCoder;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/** Checks a plan before anything of it is uploaded, and throws if it must not be sent. */
@FunctionalInterface
public interface PlanCheck extends Serializable {

  /** Accepts every plan. */
  PlanCheck NONE = plan -> {};

  /**
   * Accepts a plan or throws.
   *
   * @throws RuntimeException if the plan must not be sent
   */
  void check(Plan plan);

  /** Adds the check as a step; accepted plans pass it. */
  default PCollection<Plan> apply(PCollection<Plan> plans, String step) {
    return plans.apply(step, ParDo.of(new CheckFn(this))).setCoder(JsonCoder.of(Plan.class));
  }

  /** The step. */
  final class CheckFn extends DoFn<Plan, Plan> {
    private final PlanCheck check;

    CheckFn(PlanCheck check) {
      this.check = check;
    }

    @ProcessElement
    public void process(@Element Plan plan, OutputReceiver<Plan> out) {
      check.check(plan);
      out.output(plan);
    }
  }
}
