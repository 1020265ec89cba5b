package io.beambatch.cli;

import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.job.Job;
import io.beambatch.run.Budget;
import io.beambatch.run.Estimate;
import io.beambatch.storage.RunFolder;
import java.io.Serializable;

/**
 * Tells what a plan will cost once another check has let it pass, and before anything of it is
 * sent. Nothing is told of a plan that was sent by an earlier launch.
 *
 * @param check goes first
 * @param sink takes the estimate
 */
record CostNotice(PlanCheck check, Job job, RunFolder folder, Sink sink) implements PlanCheck {

  /** Takes estimates of plans. */
  @FunctionalInterface
  interface Sink extends Serializable {
    void publish(Estimate estimate, int attempt);
  }

  @Override
  public void check(Plan plan) {
    check.check(plan);
    if (plan.requests() > 0 && !Budget.hasPassed(plan, folder)) {
      sink.publish(Estimate.of(job, plan), plan.attempt());
    }
  }
}
