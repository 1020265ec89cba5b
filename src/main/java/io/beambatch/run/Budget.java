package io.beambatch.run;

import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanGate;
import io.beambatch.job.Job;
import java.math.BigDecimal;

/** Lets a plan pass only if it costs no more than {@code limits.cost_usd}. */
public final class Budget implements PlanGate {
  private final Job job;

  /** The budget of a job. */
  public Budget(Job job) {
    this.job = job;
  }

  @Override
  public void check(Plan plan) {
    BigDecimal most = job.limits().costUsd();
    if (most == null) {
      return;
    }
    Estimate estimate = Estimate.of(job, plan);
    if (estimate.costUsd() == null) {
      throw new OverBudgetException(
          "limits.cost_usd is set, but there is no price for "
              + job.request().model()
              + "; nothing was sent. Give one under prices: in the job file");
    }
    if (estimate.costUsd().compareTo(most) > 0) {
      throw new OverBudgetException(
          "plan "
              + plan.name()
              + " would cost up to $"
              + estimate.costUsd().toPlainString()
              + ", more than limits.cost_usd allows ($"
              + most.toPlainString()
              + "); nothing of it was sent");
    }
  }
}
