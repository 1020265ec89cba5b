package io.beambatch.run;

import io.beambatch.batch.Admission;
import io.beambatch.batch.AwaitedChunk;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.BatchLedger;
import io.beambatch.ledger.LedgerStore;
import io.beambatch.ledger.Records;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import io.beambatch.schema.Shape;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The real budget of a run whose records are in memory. Each launch has its own way to them, which
 * may break off.
 */
public final class SimulatedBudget {
  private static final String RUN = "job/r1";

  private final Job job;
  private final Plan plan;

  /** The budget of a run with one plan. */
  public SimulatedBudget(Job job, List<Chunk> chunks) {
    this.job = job;
    this.plan = new Plan("a1", 1, chunks, List.of(), List.of(), Shape.NONE);
  }

  /**
   * What decides about chunks for one launch.
   *
   * @param run the way to the run's records
   * @param staging the way to those that the runs of a staging location share
   */
  public Admission admission(LedgerStore run, LedgerStore staging, Clock clock) {
    return new Budget(job, new RunFolder(RUN), accounts(run, staging), clock);
  }

  private Accounts accounts(LedgerStore run, LedgerStore staging) {
    return new Accounts() {
      private static final long serialVersionUID = 1L;

      @Override
      public Reservations reservations() {
        return Reservations.in(run);
      }

      @Override
      public RunSnapshot run() throws IOException {
        return snapshot(run);
      }

      @Override
      public DailySpending days() {
        return DailySpending.in(staging, RUN);
      }
    };
  }

  private RunSnapshot snapshot(LedgerStore run) throws IOException {
    BatchLedger ledger = new BatchLedger(run);
    Map<String, BatchEntry> batches = new TreeMap<>();
    ledger.readAll().forEach((chunk, tracked) -> batches.put(chunk, tracked.entry()));
    Map<String, JoinedChunk> joined = new TreeMap<>();
    joined(run).readAll().forEach((chunk, record) -> joined.put(chunk, record.value()));
    return new RunSnapshot(job, List.of(plan), batches, joined, Map.of(), ledger.isCancelled());
  }

  private static Records<JoinedChunk> joined(LedgerStore run) {
    return new Records<>(run, "joined", JoinedChunk.class);
  }

  /** What a run has spent and reserved, by its records. */
  public BigDecimal spent(LedgerStore run) throws IOException {
    return new Spending(snapshot(run), Reservations.in(run).read()::contains).usd();
  }

  /** Another run spends more on a day; false if the limit doesn't allow it. */
  public static boolean spend(LedgerStore staging, LocalDate day, BigDecimal usd, BigDecimal most)
      throws IOException {
    return DailySpending.in(staging, "job/other").record(day, usd, most).isEmpty();
  }

  /** Records that an ended chunk was joined, with as many answers and their prompts' tokens. */
  public static void join(LedgerStore run, AwaitedChunk ended, int answers, long tokens)
      throws IOException {
    Chunk chunk = ended.chunk();
    ResultFile answered = new ResultFile(ResultFile.Kind.ANSWERED, chunk.id(), "f", answers);
    joined(run)
        .commit(
            chunk.id(),
            new JoinedChunk(
                chunk.id(),
                chunk.attempt(),
                ended.batchId(),
                chunk.requests(),
                answers == 0 ? null : answered,
                null,
                null,
                Map.of(),
                tokens,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                0,
                0,
                null,
                Repairs.NONE,
                null));
  }
}
