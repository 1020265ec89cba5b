package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.batch.Admission.Action;
import io.beambatch.batch.Admission.Decider;
import io.beambatch.batch.Admission.Decision;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEnd;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.Records;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan of a chunk costs a dollar at most: a million prompt tokens, and nothing for answers. */
class BudgetTest {
  private static final Instant NOW = Instant.parse("2026-11-02T08:00:00Z");

  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);

  @TempDir Path folder;
  private RunFolder run;

  @BeforeEach
  void open() {
    run = RunFolder.of(folder.toString(), "job", "a");
  }

  @Test
  void aPlanPassesThatTheLimitAllows() throws Exception {
    assertThatThrownBy(() -> budget("0.99").check(committed("a1")))
        .isInstanceOfSatisfying(
            UserException.class,
            refused -> assertThat(refused.exitCode()).isEqualTo(ExitCode.OVER_BUDGET))
        .hasMessage(
            "plan a1 would cost up to $1.00, more than limits.cost_usd allows ($0.99);"
                + " nothing of it was sent");
    assertThatCode(() -> budget("1.00").check(committed("a1"))).doesNotThrowAnyException();
  }

  @Test
  void attemptsShareOneBudget() throws Exception {
    Plan first = committed("a1");
    budget("1.50").check(first);
    sent(first);
    Plan second = committed("a2-x");
    budget("1.50").check(second);

    assertThat(decision(budget("1.50"), second))
        .isEqualTo(
            new Decision(
                Action.SET_ASIDE,
                true,
                "chunk a2-x-c00000 would cost up to $1.00 beside $1.00 that the run has"
                    + " spent or may still spend, more than limits.cost_usd allows ($1.50); nothing"
                    + " of it was sent. The same command continues once the limits allow it"));
    assertThat(decision(budget("2"), second)).isEqualTo(Decision.ADMITTED);
  }

  @Test
  void whatWasSpentCountsByTheProvidersTokens() throws Exception {
    Plan first = committed("a1");
    budget("1.50").check(first);
    sent(first);
    joined(first, "batch-1", 400_000, 0);

    assertThat(decision(budget("1.50"), committed("a2-x"))).isEqualTo(Decision.ADMITTED);
    assertThat(decision(budget("1.50"), committed("a2-y")).reason()).contains("beside $1.40 that");
  }

  @Test
  void answersWithoutTokensCountAsTheyWereEstimated() throws Exception {
    Plan first = committed("a1");
    sent(first);
    joined(first, "batch-1", 400_000, 7);

    assertThat(decision(budget("1.50"), committed("a2-x")).reason()).contains("beside $1.00 that");
  }

  /** The provider may bill what a batch answers that nobody waits for any more. */
  @Test
  void aBatchThatWasGivenUpCountsAsItWasEstimated() throws Exception {
    Plan first = committed("a1");
    Batch batch =
        new Batch(
            "batch-1",
            BatchStatus.CANCELLING,
            "/v1/x",
            "f",
            null,
            null,
            NOW,
            0,
            0,
            0,
            List.of(),
            Map.of());
    BatchLedger.of(run)
        .create(
            first.chunks().get(0).id(),
            BatchEntry.unwanted(NOW.toEpochMilli(), NOW)
                .submitting("me", NOW)
                .submitted(batch.id(), NOW)
                .ended(BatchEnd.givenUp(batch), NOW));
    joined(first, batch.id(), 0, 0);

    assertThat(decision(budget("1.50"), committed("a2-x")).reason()).contains("beside $1.00 that");
  }

  @Test
  void batchesAreSentAsLongAsTheMoneyLasts() throws Exception {
    Plan plan = committed("a1", 4);
    Budget stop = new Budget(job("2.50", "limits.on_budget=stop"), run, clock);
    Budget fail = new Budget(job("2.50", "limits.on_budget=fail"), run, clock);
    stop.check(plan);
    Decider decider = stop.decider();
    assertThat(decider.decide(plan.chunks().get(0))).isEqualTo(Decision.ADMITTED);
    assertThat(decider.decide(plan.chunks().get(1))).isEqualTo(Decision.ADMITTED);
    assertThat(decider.decide(plan.chunks().get(1))).as("once more").isEqualTo(Decision.ADMITTED);

    assertThat(decider.decide(plan.chunks().get(2)))
        .returns(Action.SET_ASIDE, Decision::action)
        .as("the others may come out cheaper")
        .returns(true, Decision::provisional);
    assertThat(fail.decider().decide(plan.chunks().get(3)))
        .returns(Action.FAIL, Decision::action)
        .returns(true, Decision::provisional);

    joined(plan.chunks().get(0), "batch-1", 1_000_000, 0);
    joined(plan.chunks().get(1), "batch-2", 1_000_000, 0);
    assertThat(fail.decider().decide(plan.chunks().get(3)))
        .returns(Action.FAIL, Decision::action)
        .as("all is known now")
        .returns(false, Decision::provisional);
  }

  @Test
  void whatIsSentNextCountsByHowTheFirstCameOut() throws Exception {
    Plan plan = committed("a1", 5);
    Budget budget = new Budget(job("2.00", "limits.on_budget=stop"), run, clock);
    Chunk first = plan.chunks().get(0);
    assertThat(budget.decider().decide(first)).isEqualTo(Decision.ADMITTED);
    joined(
        first,
        "batch-1",
        400_000,
        0,
        new ResultFile(ResultFile.Kind.ANSWERED, first.id(), "f", first.requests()));

    Decider decider = budget.decider();
    for (Chunk chunk : plan.chunks().subList(1, 5)) {
      assertThat(decider.decide(chunk)).as("$0.40 each").isEqualTo(Decision.ADMITTED);
    }
    assertThat(decision(budget, committed("a2-x")).reason())
        .startsWith("chunk a2-x-c00000 would cost up to $0.40 beside $2.00 that");
  }

  @Test
  void reservationsOfAnEarlierVersionCount() throws Exception {
    Plan before = committed("a1-w0");
    Records.versioned(run, "budget", Map.class)
        .create("reserved", Map.of("plans", List.of(before.name())));

    assertThat(decision(budget("1.50"), before)).isEqualTo(Decision.ADMITTED);
    assertThat(decision(budget("1.50"), committed("a1-w1")).reason()).contains("beside $1.00 that");
  }

  @Test
  void theRunsOfADayShareOneLimit() throws Exception {
    RunFolder other = RunFolder.of(folder.toString(), "other", "b");
    Budget mine = new Budget(job(null, "limits.cost_usd_per_day=2.50"), run, clock);
    Plan plan = committed("a1", 2);
    mine.check(plan);

    Plan theirs = committed(other, "a1", 1);
    Budget budget = new Budget(job(null, "limits.cost_usd_per_day=2.50"), other, clock);
    assertThatThrownBy(() -> budget.check(theirs))
        .hasMessageStartingWith(
            "plan a1 would cost up to $1.00 beside $2.00 that runs of this staging"
                + " location have, on 20")
        .hasMessageContaining("more than limits.cost_usd_per_day allows ($2.50)");

    joined(plan.chunks().get(0), "batch-1", 100_000, 0);
    joined(plan.chunks().get(1), "batch-2", 100_000, 0);
    mine.settle();
    budget.check(theirs);
    assertThat(decision(budget, theirs)).isEqualTo(Decision.ADMITTED);
  }

  @Test
  void whatACrashLeftOutOfTheDaysRecordComesInBeforeItIsSent() throws Exception {
    Plan plan = committed("a1", 1);
    // Reserved for the run, and then the process was gone.
    new Budget(job("9"), run, clock).check(plan);
    RunFolder other = RunFolder.of(folder.toString(), "other", "b");
    Budget theirs = new Budget(job(null, "limits.cost_usd_per_day=1.50"), other, clock);
    theirs.check(committed(other, "a1", 1));

    Budget mine = new Budget(job("9", "limits.cost_usd_per_day=1.50"), run, clock);
    assertThat(decision(mine, plan).reason()).contains("limits.cost_usd_per_day allows");
    assertThat(decision(new Budget(job("9"), run, clock), plan)).isEqualTo(Decision.ADMITTED);
  }

  @Test
  void creationThatIsRepeatedOnAnotherDayCountsForThatDay() throws Exception {
    Plan plan = committed("a1", 1);
    String[] limits = {"limits.cost_usd_per_day=1.50", "limits.on_budget=stop"};
    assertThat(decision(new Budget(job(null, limits), run, clock), plan))
        .isEqualTo(Decision.ADMITTED);
    BatchEntry entry = BatchEntry.unwanted(NOW.toEpochMilli(), NOW).submitting("gone", NOW);
    BatchLedger.of(run).create(plan.chunks().get(0).id(), entry);

    Clock tomorrow = Clock.offset(clock, Duration.ofDays(1));
    RunFolder other = RunFolder.of(folder.toString(), "other", "b");
    Plan theirs = committed(other, "a1", 1);
    assertThat(decision(new Budget(job(null, limits), other, tomorrow), theirs))
        .isEqualTo(Decision.ADMITTED);

    Chunk chunk = plan.chunks().get(0);
    for (int asked = 0; asked < 2; asked++) {
      Budget mine = new Budget(job(null, limits), run, tomorrow);
      Decision decision = mine.decider().decideAgain(chunk);
      assertThat(decision.action()).isEqualTo(Action.SET_ASIDE);
      assertThat(decision.reason())
          .startsWith("chunk a1-c00000 would cost up to $1.00 beside $1.00 that runs of")
          .contains("more than limits.cost_usd_per_day allows ($1.50)");
    }
    Clock later = Clock.offset(clock, Duration.ofDays(2));
    assertThat(new Budget(job(null, limits), run, later).decider().decideAgain(chunk))
        .isEqualTo(Decision.ADMITTED);
  }

  @Test
  void whatNeverHadABatchCostNothing() throws Exception {
    Plan first = committed("a1");
    sent(first);
    joined(first, null, 0, 0);

    assertThat(decision(budget("1.00"), committed("a2-x"))).isEqualTo(Decision.ADMITTED);
  }

  @Test
  void aPlanThatHasPassedPassesAgain() throws Exception {
    Plan first = committed("a1");
    budget("1.00").check(first);
    // Once more, as a step that is repeated does, and then whatever the limit is.
    budget("1.00").check(first);
    sent(first);
    budget("0.01").check(first);
  }

  @Test
  void plansThatAreCheckedAtTheSameTimeDoNotShareTheSameMoney() throws Exception {
    List<Plan> plans = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      plans.add(committed("a1-w" + i));
    }
    ExecutorService threads = Executors.newFixedThreadPool(plans.size());
    try {
      List<Callable<Boolean>> checks = new ArrayList<>();
      plans.forEach(plan -> checks.add(() -> passes(plan)));
      int passed = 0;
      for (Future<Boolean> check : threads.invokeAll(checks)) {
        passed += check.get() ? 1 : 0;
      }
      assertThat(passed).isEqualTo(3);
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean passes(Plan plan) throws Exception {
    try {
      budget("3.99").check(plan);
      return true;
    } catch (UserException e) {
      return false;
    }
  }

  private Budget budget(String usd) throws Exception {
    return new Budget(job(usd), run, clock);
  }

  private static Decision decision(Budget budget, Plan plan) throws Exception {
    return budget.decider().decide(plan.chunks().get(0));
  }

  private static Job job(String usd, String... overrides) throws Exception {
    List<String> all = new ArrayList<>(List.of(overrides));
    if (usd != null) {
      all.add("limits.cost_usd=" + usd);
    }
    all.add("request.prompt.max_tokens=1");
    all.add("prices={gpt-4o-mini: {input: 2, output: 0}}");
    return JobReader.read("pipelines/sentiment.yaml", all);
  }

  private Plan committed(String name) throws Exception {
    return committed(name, 1);
  }

  private Plan committed(String name, int chunks) throws Exception {
    return committed(run, name, chunks);
  }

  private static Plan committed(RunFolder run, String name, int count) throws Exception {
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Part part = new Part(name.replace("-", "") + i, 10, 10, 1_000, 1_000_000, Map.of());
      String id = String.format(Locale.ROOT, "%s-c%05d", name, i);
      chunks.add(new Chunk(id, name.startsWith("a2") ? 2 : 1, List.of(part)));
    }
    Plan plan = new Plan(name, chunks.get(0).attempt(), chunks, List.of(), List.of(), Shape.NONE);
    PlanStore.records(run).create(name, plan);
    return plan;
  }

  private void sent(Plan plan) throws Exception {
    for (Chunk chunk : plan.chunks()) {
      BatchLedger.of(run).create(chunk.id(), BatchEntry.unwanted(NOW.toEpochMilli(), NOW));
    }
  }

  private void joined(Plan plan, String batchId, long tokens, long uncounted) throws Exception {
    joined(plan.chunks().get(0), batchId, tokens, uncounted);
  }

  private void joined(Chunk chunk, String batchId, long tokens, long uncounted) throws Exception {
    joined(chunk, batchId, tokens, uncounted, null);
  }

  private void joined(Chunk chunk, String batchId, long tokens, long uncounted, ResultFile answered)
      throws Exception {
    JoinedChunk.records(run)
        .create(
            chunk.id(),
            new JoinedChunk(
                chunk.id(),
                chunk.attempt(),
                batchId,
                chunk.requests(),
                answered,
                null,
                null,
                Map.of(),
                tokens,
                0,
                0,
                0,
                0,
                0,
                uncounted,
                List.of(),
                0,
                0,
                null,
                Repairs.NONE,
                null));
  }
}
