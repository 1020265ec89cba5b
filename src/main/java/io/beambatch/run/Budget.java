package io.beambatch.run;

import io.beambatch.batch.Admission;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanCheck;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.Limits;
import io.beambatch.job.OnBudget;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Enforces {@code limits.cost_usd} and {@code limits.cost_usd_per_day} on a run. It counts what the
 * run has spent, and what is reserved for its batches in flight: attempts and windows share one
 * budget.
 *
 * <p>It decides twice. Before anything of a first attempt's plan is sent, it refuses a plan that
 * may cost too much as a whole, unless {@code limits.on_budget} allows sending a part of it. Before
 * each batch is created, it admits the chunk, or decides what happens to it. What was accepted once
 * is accepted again, so that what was paid for is collected whatever the limit is now.
 */
public final class Budget implements PlanCheck, Admission {
  private static final long serialVersionUID = 1L;

  private final Job job;
  private final RunFolder folder;
  private final Accounts accounts;
  private final Clock clock;

  /** The budget of a run of a job. */
  public Budget(Job job, RunFolder folder) {
    this(job, folder, Clock.systemUTC());
  }

  /**
   * The same.
   *
   * @param clock says which day it is
   */
  Budget(Job job, RunFolder folder, Clock clock) {
    this(job, folder, Accounts.of(job, folder), clock);
  }

  /** The same, by records that may be elsewhere. */
  Budget(Job job, RunFolder folder, Accounts accounts, Clock clock) {
    this.job = job;
    this.folder = folder;
    this.accounts = accounts;
    this.clock = clock;
  }

  @Override
  public void check(Plan plan) {
    if (!isLimited() || hasPassed(plan, folder)) {
      return;
    }
    Optional<UserException> unknown = unknownPrice(job, Estimate.of(job, plan).costUsd());
    if (unknown.isPresent()) {
      throw unknown.get();
    }
    if (job.inference().limits().onBudget() != OnBudget.REFUSE || plan.attempt() > 1) {
      return;
    }
    try {
      Optional<String> excess =
          remaining().reserve(plan.chunks(), "plan " + plan.name() + " would");
      if (excess.isPresent()) {
        throw refusal(excess.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Decider decider() {
    return isLimited() ? new Decisions() : Admission.OPEN.decider();
  }

  /**
   * Records what the run has really spent once it has ended, for other runs of the staging
   * location.
   */
  void settle() throws IOException {
    if (job.inference().limits().costUsdPerDay() != null) {
      remaining().record();
    }
  }

  private boolean isLimited() {
    Limits limits = job.inference().limits();
    return limits.costUsd() != null || limits.costUsdPerDay() != null;
  }

  private RemainingBudget remaining() throws IOException {
    return RemainingBudget.open(job, accounts, clock);
  }

  /**
   * Why a run that has sent nothing must not send an estimated plan; empty if it may.
   *
   * @param subject such as {@code a run would}
   */
  public static Optional<UserException> refusal(Job job, Estimate estimate, String subject) {
    Limits limits = job.inference().limits();
    BigDecimal cost = estimate.costUsd();
    Optional<UserException> unknown = unknownPrice(job, cost);
    return cost == null || limits.onBudget() != OnBudget.REFUSE
        ? unknown
        : RemainingBudget.excess(limits, cost, subject).map(Budget::refusal);
  }

  private static UserException refusal(String excess) {
    return new UserException(excess + "; nothing of it was sent", ExitCode.OVER_BUDGET);
  }

  /** Why a job with a limit on cost must not be sent if its cost is unknown. */
  private static Optional<UserException> unknownPrice(Job job, @Nullable BigDecimal cost) {
    Limits limits = job.inference().limits();
    String limit = limits.costUsd() == null ? "cost_usd_per_day" : "cost_usd";
    boolean limited = limits.costUsd() != null || limits.costUsdPerDay() != null;
    return limited && cost == null
        ? Optional.of(
            new UserException(
                "limits."
                    + limit
                    + " is set, but there is no price for "
                    + job.inference().request().model()
                    + "; nothing was sent. Give one under prices: in the job file",
                ExitCode.OVER_BUDGET))
        : Optional.empty();
  }

  /**
   * Returns whether an earlier launch accepted a plan: then one of its chunks is in the ledger, and
   * none is before.
   */
  public static boolean hasPassed(Plan plan, RunFolder folder) {
    try {
      Set<String> known = BatchLedger.of(folder).readAll().keySet();
      return plan.chunks().stream().anyMatch(chunk -> known.contains(chunk.id()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Decisions from the state of the run when the first one is asked for. */
  private final class Decisions implements Decider {
    private @Nullable RemainingBudget remaining;

    @Override
    public Decision decide(Chunk chunk) throws IOException {
      if (remaining == null) {
        remaining = remaining();
      }
      return decision(remaining.reserve(List.of(chunk), subject(chunk)), remaining);
    }

    @Override
    public Decision decideAgain(Chunk chunk) throws IOException {
      RemainingBudget now = remaining();
      return decision(now.reserveToday(List.of(chunk), subject(chunk)), now);
    }

    private static String subject(Chunk chunk) {
      return "chunk " + chunk.id() + " would";
    }

    private Decision decision(Optional<String> excess, RemainingBudget remaining) {
      if (excess.isEmpty()) {
        return Decision.ADMITTED;
      }
      return job.inference().limits().onBudget() == OnBudget.FAIL
          ? new Decision(Action.FAIL, remaining.mayFall(), excess.get())
          : new Decision(
              Action.SET_ASIDE,
              remaining.mayFall(),
              excess.get()
                  + "; nothing of it was sent. The same command continues once the limits allow it");
    }
  }
}
