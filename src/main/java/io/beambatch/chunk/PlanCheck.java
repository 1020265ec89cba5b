package io.beambatch.chunk;

import io.beambatch.ledger.PermanentErrors;
import io.beambatch.storage.JsonCoder;
import java.io.IOException;
import java.io.Serializable;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Checks a plan before anything of it is uploaded, and throws if it must not be sent. In a stream,
 * such a plan is set aside, and checked again by the next launch.
 */
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
  default PCollection<Plan> apply(
      PCollection<Plan> plans, String step, PermanentErrors permanentErrors) {
    return plans
        .apply(step, ParDo.of(new CheckFn(this, permanentErrors)))
        .setCoder(JsonCoder.of(Plan.class));
  }

  /** The step. */
  final class CheckFn extends DoFn<Plan, Plan> {
    private static final long serialVersionUID = 1L;

    private final PlanCheck check;
    private final PermanentErrors permanentErrors;

    CheckFn(PlanCheck check, PermanentErrors permanentErrors) {
      this.check = check;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void process(@Element Plan plan, OutputReceiver<Plan> out) throws IOException {
      try {
        check.check(plan);
      } catch (RuntimeException e) {
        if (permanentErrors.record(plan.name(), e)) {
          return;
        }
        throw e;
      }
      out.output(plan);
    }
  }
}
