package io.beambatch.run;

import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Set;

/**
 * Refuses a plan that would cost more than {@code limits.cost_usd}, before anything of it is sent.
 * A plan that has passed before passes again, so that what was paid for is collected whatever the
 * limit is now.
 */
public final class Budget implements PlanCheck {
  private final Job job;
  private final RunFolder folder;

  /** The budget of a run of a job. */
  public Budget(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  @Override
  public void check(Plan plan) {
    BigDecimal most = job.inference().limits().costUsd();
    if (most == null || hasPassed(plan)) {
      return;
    }
    Estimate estimate = Estimate.of(job, plan);
    if (estimate.costUsd() == null) {
      throw new UserException(
          "limits.cost_usd is set, but there is no price for "
              + job.inference().request().model()
              + "; nothing was sent. Give one under prices: in the job file",
          ExitCode.OVER_BUDGET);
    }
    if (estimate.costUsd().compareTo(most) > 0) {
      throw new UserException(
          "plan "
              + plan.name()
              + " would cost up to $"
              + estimate.costUsd().toPlainString()
              + ", more than limits.cost_usd allows ($"
              + most.toPlainString()
              + "); nothing of it was sent",
          ExitCode.OVER_BUDGET);
    }
  }

  /** A plan has passed if one of its chunks is in the ledger: none comes there before. */
  private boolean hasPassed(Plan plan) {
    try {
      Set<String> known = BatchLedger.of(folder).readAll().keySet();
      return plan.chunks().stream().anyMatch(chunk -> known.contains(chunk.id()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
