package io.beambatch.run;

import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Plan;
import io.beambatch.cost.CostEstimate;
import io.beambatch.cost.CostEstimate.Bound;
import io.beambatch.cost.PriceTable;
import io.beambatch.cost.TokenCounts;
import io.beambatch.document.FailureCauses;
import io.beambatch.document.FailureReason;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.ResultFile;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Adds up what became of a run's documents, from what was written down on the way, and checks that
 * every document that was read is answered or failed: {@link Reconcile} is the step that does it.
 */
public final class Reconciliation {
  private final Run run;
  private final RunSnapshot snapshot;

  private Reconciliation(Run run, RunSnapshot snapshot) {
    this.run = run;
    this.snapshot = snapshot;
  }

  /**
   * Checks a run that has ended, deletes what of it is of no more use, and writes its report and
   * its page.
   *
   * @throws UserException if documents are missing or too many
   */
  public static Report report(Run run, Instant now) throws IOException {
    RunSnapshot snapshot = RunSnapshot.read(run.job(), run.folder());
    Report report = new Reconciliation(run, snapshot).report(now);
    ReportPage.write(report, snapshot, run.folder());
    report.write(run.folder());
    return report;
  }

  private Report report(Instant now) throws IOException {
    List<Plan> plans = snapshot.plans();
    if (plans.isEmpty() && !run.job().source().isEndless() && !run.batches().isCancelled()) {
      throw new UserException("no plan was committed: nothing was read", ExitCode.ERROR);
    }
    Sums sums = new Sums();
    for (Plan plan : plans) {
      sums.add(plan);
      for (Chunk chunk : plan.chunks()) {
        sums.add(joined(chunk), chunk);
      }
    }
    for (String due : snapshot.due()) {
      sums.written(written(due));
    }
    if (sums.writtenAnswered != sums.answered
        || sums.writtenFailed != sums.failures()
        || sums.writtenAnswered + sums.writtenFailed != sums.documents) {
      throw new UserException(
          String.format(
              Locale.ROOT,
              "the numbers don't add up: %,d documents read; joined: %,d answered and %,d failed;"
                  + " written: %,d answered and %,d failed. Nothing of the run is deleted: look"
                  + " into %s",
              sums.documents,
              sums.answered,
              sums.failures(),
              sums.writtenAnswered,
              sums.writtenFailed,
              run.folder().path()),
          ExitCode.ERROR);
    }
    return report(sums, now);
  }

  private WrittenFile written(String due) {
    WrittenFile written = snapshot.written().get(due);
    if (written == null) {
      int dot = due.lastIndexOf('.');
      throw new UserException(
          "the "
              + due.substring(dot + 1)
              + " documents of "
              + due.substring(0, dot)
              + " were never written; run the same command again",
          ExitCode.ERROR);
    }
    return written;
  }

  private JoinedChunk joined(Chunk chunk) {
    JoinedChunk joined = snapshot.joined().get(chunk.id());
    if (joined == null) {
      BatchEntry batch = snapshot.batches().get(chunk.id());
      String problem = batch == null ? null : batch.problem();
      throw new UserException(
          problem != null
              ? problem
              : "chunk "
                  + chunk.id()
                  + " was planned, but its results were never joined; run the same command again",
          ExitCode.ERROR);
    }
    return joined;
  }

  private Report report(Sums sums, Instant now) throws IOException {
    Job job = run.job();
    Instant started = Instant.ofEpochMilli(run.record().created());
    Optional<CostEstimate> cost =
        PriceTable.shipped()
            .cost(job.inference().request().model(), job.inference().prices(), sums.tokens);
    return new Report(
        job.name(),
        run.name(),
        job.inference().request().model(),
        sums.documents,
        sums.answered,
        sums.failed,
        sums.requests,
        sums.batches,
        sums.attempts,
        sums.bytes,
        sums.tokens.prompt(),
        sums.tokens.completion(),
        cost.map(c -> c.batchUsd().setScale(6, RoundingMode.HALF_UP)).orElse(null),
        cost.map(c -> c.realTimeUsd().setScale(6, RoundingMode.HALF_UP)).orElse(null),
        started.toString(),
        now.toString(),
        Duration.between(started, now).toMillis() / 1000.0,
        sums.tokens.cached(),
        sums.tokens.reasoning(),
        sums.tokens.uncounted(),
        cost.map(CostEstimate::batchBound).orElse(Bound.EXACT),
        sums.causes.commonest(),
        StagedFiles.clear(snapshot, run.folder()),
        sums.tokens.written());
  }

  private static final class Sums {
    private final Map<String, Long> failed = new TreeMap<>();
    private long documents;
    private long answered;
    private long requests;
    private long bytes;
    private final FailureCauses causes = new FailureCauses();
    private TokenCounts tokens = TokenCounts.NONE;
    private int batches;
    private int attempts;
    private long writtenAnswered;
    private long writtenFailed;

    void add(Plan plan) {
      if (plan.attempt() == 1) {
        documents += plan.documents();
      }
      plan.unsent().forEach(part -> count(part.failed()));
      plan.causes().forEach(causes::add);
    }

    void add(JoinedChunk joined, Chunk chunk) {
      long answeredHere = joined.answered() == null ? 0 : joined.answered().documents();
      long again = joined.again() == null ? 0 : joined.again().requests();
      long failedHere = joined.failures().values().stream().mapToLong(Long::longValue).sum();
      if (answeredHere + again + failedHere != chunk.requests()) {
        throw new UserException(
            String.format(
                Locale.ROOT,
                "chunk %s: %,d requests, but %,d answered, %,d failed, %,d to be sent again",
                chunk.id(),
                chunk.requests(),
                answeredHere,
                failedHere,
                again),
            ExitCode.ERROR);
      }
      if (joined.batchId() != null) {
        requests += chunk.requests();
        bytes += chunk.bytes();
        batches++;
        attempts = Math.max(attempts, chunk.attempt());
      }
      answered += answeredHere;
      tokens = tokens.plus(joined.tokens());
      joined.causes().forEach(causes::add);
      count(joined.failures());
    }

    void written(WrittenFile file) {
      if (file.kind() == ResultFile.Kind.ANSWERED) {
        writtenAnswered += file.documents();
      } else {
        writtenFailed += file.documents();
      }
    }

    private void count(Map<FailureReason, Long> failures) {
      failures.forEach((reason, count) -> failed.merge(reason.code(), count, Long::sum));
    }

    long failures() {
      return failed.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
