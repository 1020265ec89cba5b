package io.beambatch.run;

import io.beambatch.batch.Admission;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.CanarySpec;
import io.beambatch.job.Job;
import io.beambatch.ledger.Records;
import io.beambatch.result.JoinedChunk;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds back the chunks of a run until its canary is joined and judged. The verdict is a record of
 * the run, so that every launch sees the same. A verdict that admits the rest is final, because
 * some of it may have been sent; another one is replaced when the bounds of the job file allow
 * more.
 */
public final class Canary implements Admission {
  private static final long serialVersionUID = 1L;
  private static final String NAME = "verdict";

  private final Job job;
  private final RunFolder folder;
  private final boolean alone;

  /** The canary of a run. */
  public Canary(Job job, RunFolder folder) {
    this(job, folder, false);
  }

  private Canary(Job job, RunFolder folder, boolean alone) {
    this.job = job;
    this.folder = folder;
    this.alone = alone;
  }

  /** A copy for a launch that buys only the canary, even if the verdict admits the rest. */
  public Canary alone() {
    return new Canary(job, folder, true);
  }

  /**
   * Checks that a job's canary can be judged.
   *
   * @throws UserException if its cost is bounded, but the model's price is unknown
   */
  public static void check(Job job) {
    CanarySpec bounds = job.inference().canary();
    if (bounds != null
        && bounds.costUsd() != null
        && PriceTable.shipped().cost(job.inference(), TokenCounts.NONE).isEmpty()) {
      throw new UserException(
          "canary.stop_if.cost_usd is set, but there is no price for "
              + job.inference().request().model()
              + "; nothing was sent. Give one under prices: in the job file",
          ExitCode.OVER_BUDGET);
    }
  }

  /** The last verdict on a run's canary; empty if it is not judged yet, or there is none. */
  public static Optional<CanaryVerdict> verdict(RunFolder folder) throws IOException {
    return records(folder).value(NAME);
  }

  private static Records<CanaryVerdict> records(RunFolder folder) {
    return Records.versioned(folder, "canary", CanaryVerdict.class);
  }

  /**
   * The verdict by the bounds of the job file, which is recorded; empty if the canary isn't joined
   * completely, or there is none.
   */
  public Optional<CanaryVerdict> judge() throws IOException {
    return judge(PlanStore.of(folder).all());
  }

  private Optional<CanaryVerdict> judge(List<Plan> plans) throws IOException {
    Records<CanaryVerdict> records = records(folder);
    while (true) {
      Optional<Records.Version<CanaryVerdict>> known = records.read(NAME);
      if (known.isPresent() && known.get().value().passed()) {
        return known.map(Records.Version::value);
      }
      Optional<CanaryVerdict> mine = verdict(plans);
      if (mine.isEmpty() || mine.equals(known.map(Records.Version::value))) {
        return mine;
      }
      Optional<?> written =
          known.isEmpty()
              ? records.create(NAME, mine.get())
              : records.replace(known.get(), mine.get());
      if (written.isPresent()) {
        return mine;
      }
    }
  }

  private Optional<CanaryVerdict> verdict(List<Plan> plans) throws IOException {
    CanarySpec bounds = job.inference().canary();
    List<Chunk> canary = chunks(plans);
    if (bounds == null || canary.isEmpty()) {
      return Optional.empty();
    }
    Records<JoinedChunk> records = JoinedChunk.records(folder);
    List<JoinedChunk> joined = new ArrayList<>();
    for (Chunk chunk : canary) {
      Optional<JoinedChunk> record = records.value(chunk.id());
      if (record.isEmpty()) {
        return Optional.empty();
      }
      joined.add(record.get());
    }
    long requests =
        plans.stream().filter(plan -> plan.attempt() == 1).mapToLong(Plan::requests).sum();
    return Optional.of(CanaryVerdict.of(Projection.of(job.inference(), joined, requests), bounds));
  }

  /** The chunks of plans that are the canary. */
  static List<Chunk> chunks(List<Plan> plans) {
    return plans.stream().flatMap(plan -> plan.chunks().stream()).filter(Chunk::canary).toList();
  }

  @Override
  public Decider decider() {
    return new Decisions();
  }

  /** Decisions from the state of the run when the first one is asked for. */
  private final class Decisions implements Decider {
    private @Nullable Decision rest;

    @Override
    public Decision decide(Chunk chunk) throws IOException {
      boolean free = job.inference().canary() == null && chunk.after() == null;
      if (free || chunk.canary() || chunk.attempt() > 1) {
        return Decision.ADMITTED;
      }
      if (rest == null) {
        rest = rest();
      }
      return rest;
    }

    private Decision rest() throws IOException {
      List<Plan> plans = PlanStore.of(folder).all();
      boolean asked = job.inference().canary() != null;
      if (chunks(plans).isEmpty()) {
        return asked
            ? left(
                "run "
                    + folder.run()
                    + " was planned without a canary; remove canary: to continue it, or begin"
                    + " another with --new-run")
            : Decision.ADMITTED;
      }
      Optional<CanaryVerdict> verdict = judge(plans);
      if (verdict.isEmpty() && !asked) {
        return left(
            "run "
                + folder.run()
                + " was planned with a canary, which the job file doesn't have any more; put it"
                + " back (without stop_if it stops nothing)");
      }
      if (verdict.isEmpty() || (alone && verdict.get().passed())) {
        return new Decision(
            Action.SET_ASIDE, true, "it waits until the canary is judged; nothing of it was sent");
      }
      return verdict.get().passed() ? Decision.ADMITTED : left(verdict.get().refusal());
    }

    private Decision left(String reason) {
      return new Decision(Action.SET_ASIDE, alone, reason);
    }
  }
}
