package io.beambatch.cli;

import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.job.Job;
import io.beambatch.run.Budget;
import io.beambatch.run.Estimate;
import io.beambatch.storage.RunFolder;
import java.io.Serializable;

/**
 * Announces what a plan will cost once another check has accepted it, and before anything of it is
 * sent. A plan that an earlier launch has sent is not announced.
 *
 * @param check runs first
 * @param sink receives the estimate
 */
record CostNotice(PlanCheck check, Job job, RunFolder folder, Sink sink) implements PlanCheck {

  /** Receives estimates of plans. */
  @FunctionalInterface
  interface Sink extends Serializable {
    void publish(Plan plan, Estimate estimate);
  }

  @Override
  public void check(Plan plan) {
    check.check(plan);
    if (plan.requests() > 0 && !Budget.hasPassed(plan, folder)) {
      sink.publish(plan, Estimate.of(job, plan));
    }
  }
}
