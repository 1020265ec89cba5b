package io.beambatch.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.PlanStore;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.JobReader;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.result.JoinedChunk;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
            "plan a1 would cost up to $1.000000, more than limits.cost_usd allows ($0.99);"
                + " nothing of it was sent");
    assertThatCode(() -> budget("1.00").check(committed("a1"))).doesNotThrowAnyException();
  }

  @Test
  void attemptsShareOneBudget() throws Exception {
    Plan first = committed("a1");
    budget("1.50").check(first);
    sent(first);
    Plan second = committed("a2-x");

    assertThatThrownBy(() -> budget("1.50").check(second))
        .hasMessage(
            "plan a2-x would cost up to $1.000000 beside $1.000000 that the run has spent or may"
                + " still spend, more than limits.cost_usd allows ($1.50); nothing of it was sent");
    budget("2").check(second);
  }

  @Test
  void whatWasSpentCountsByTheProvidersTokens() throws Exception {
    Plan first = committed("a1");
    budget("1.50").check(first);
    sent(first);
    joined(first, "batch-1", 400_000, 0);

    budget("1.50").check(committed("a2-x"));
    assertThatThrownBy(() -> budget("1.50").check(committed("a2-y")))
        .hasMessageContaining("beside $1.400000 that");
  }

  @Test
  void answersWithoutTokensCountAsTheyWereEstimated() throws Exception {
    Plan first = committed("a1");
    sent(first);
    joined(first, "batch-1", 400_000, 7);

    assertThatThrownBy(() -> budget("1.50").check(committed("a2-x")))
        .hasMessageContaining("beside $1.000000 that");
  }

  @Test
  void whatNeverHadABatchCostNothing() throws Exception {
    Plan first = committed("a1");
    sent(first);
    joined(first, null, 0, 0);

    assertThatCode(() -> budget("1.00").check(committed("a2-x"))).doesNotThrowAnyException();
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
    return new Budget(job(usd), run);
  }

  private static Job job(String usd) throws Exception {
    return JobReader.read(
        "pipelines/sentiment.yaml",
        List.of(
            "limits.cost_usd=" + usd,
            "request.prompt.max_tokens=1",
            "prices={gpt-4o-mini: {input: 2, output: 0}}"));
  }

  private Plan committed(String name) throws Exception {
    Part part = new Part(name.replace("-", ""), 10, 10, 1_000, 1_000_000, Map.of());
    Chunk chunk = new Chunk(name + "-c00000", name.startsWith("a2") ? 2 : 1, List.of(part));
    Plan plan = new Plan(name, chunk.attempt(), List.of(chunk), List.of(), List.of(), Shape.NONE);
    PlanStore.records(run).create(name, plan);
    return plan;
  }

  private void sent(Plan plan) throws Exception {
    for (Chunk chunk : plan.chunks()) {
      BatchLedger.of(run).create(chunk.id(), BatchEntry.unwanted(NOW.toEpochMilli(), NOW));
    }
  }

  private void joined(Plan plan, String batchId, long tokens, long uncounted) throws Exception {
    for (Chunk chunk : plan.chunks()) {
      JoinedChunk.records(run)
          .create(
              chunk.id(),
              new JoinedChunk(
                  chunk.id(),
                  chunk.attempt(),
                  batchId,
                  chunk.requests(),
                  null,
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
                  0));
    }
  }
}
