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
import java.util.Optional;
import java.util.Set;

/**
 * Refuses a plan with which a run would cost more than {@code limits.cost_usd}, before anything of
 * it is sent; a stream holds it back, and a launch with a higher limit sends it. What the run has
 * spent, and what it may still spend on what is under way, counts with it: attempts and windows
 * share one budget. A plan that has passed before passes again, so that what was paid for is
 * collected whatever the limit is now.
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
    if (job.inference().limits().costUsd() == null || hasPassed(plan, folder)) {
      return;
    }
    try {
      Reservations.of(folder).reserve(plan.name(), others -> refuse(plan, others));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void refuse(Plan plan, Set<String> reserved) throws IOException {
    BigDecimal committed = Spending.of(job, folder, reserved).usd();
    Optional<UserException> refusal =
        refusal(job, Estimate.of(job, plan), committed, "plan " + plan.name() + " would");
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  /**
   * Why an estimated plan must not be sent by a run that has sent nothing; empty if it may be.
   *
   * @param subject such as {@code a run would}
   */
  public static Optional<UserException> refusal(Job job, Estimate estimate, String subject) {
    return refusal(job, estimate, BigDecimal.ZERO, subject);
  }

  private static Optional<UserException> refusal(
      Job job, Estimate estimate, BigDecimal committed, String subject) {
    BigDecimal most = job.inference().limits().costUsd();
    if (most == null) {
      return Optional.empty();
    }
    BigDecimal cost = estimate.costUsd();
    if (cost == null) {
      return refusal(
          "limits.cost_usd is set, but there is no price for "
              + job.inference().request().model()
              + "; nothing was sent. Give one under prices: in the job file");
    }
    if (committed.add(cost).compareTo(most) <= 0) {
      return Optional.empty();
    }
    String before =
        committed.signum() == 0
            ? ""
            : " beside $"
                + committed.toPlainString()
                + " that the run has spent or may still spend";
    return refusal(
        subject
            + " cost up to $"
            + cost.toPlainString()
            + before
            + ", more than limits.cost_usd allows ($"
            + most.toPlainString()
            + "); nothing of it was sent");
  }

  private static Optional<UserException> refusal(String message) {
    return Optional.of(new UserException(message, ExitCode.OVER_BUDGET));
  }

  /**
   * Whether a plan was let pass by an earlier launch: one of its chunks is in the ledger then, and
   * none comes there before.
   */
  public static boolean hasPassed(Plan plan, RunFolder folder) {
    try {
      Set<String> known = BatchLedger.of(folder).readAll().keySet();
      return plan.chunks().stream().anyMatch(chunk -> known.contains(chunk.id()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
