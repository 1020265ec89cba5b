package io.beambatch.run;

import io.beambatch.batch.AwaitBatches;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.ReusedLines;
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
import io.beambatch.ledger.Verdicts;
import io.beambatch.result.JoinedChunk;
import io.beambatch.result.Repairs;
import io.beambatch.result.ResultFile;
import io.beambatch.run.Report.PromptCacheUse;
import io.beambatch.run.Report.Repaired;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the outcomes of a run's documents from its records, and checks that every document that
 * was read is answered or failed; {@link Reconcile} is the step around it. A run that ends is
 * closed only if the counts agree; the report of a stream, which continues later, lists the
 * problems.
 */
public final class Reconciliation {
  private final Run run;
  private final RunSnapshot snapshot;
  private final Map<String, List<String>> problems = new LinkedHashMap<>();
  private @Nullable Map<String, String> verdicts;

  /** Problems caused by a limit on cost. */
  private final Set<String> overBudget = new HashSet<>();

  private Reconciliation(Run run, RunSnapshot snapshot) {
    this.run = run;
    this.snapshot = snapshot;
  }

  /**
   * Checks a run that has ended, deletes the files that are no longer needed, and writes its report
   * and its page.
   *
   * @throws UserException if documents are missing or too many
   */
  public static Report report(Run run, Instant now) throws IOException {
    Reconciliation reconciliation = of(run);
    Sums sums = reconciliation.sums();
    Optional<String> problem = reconciliation.problems.keySet().stream().findFirst();
    if (problem.isPresent()) {
      throw new UserException(
          problem.get(),
          reconciliation.overBudget.contains(problem.get())
              ? ExitCode.OVER_BUDGET
              : ExitCode.ERROR);
    }
    return reconciliation.written(reconciliation.report(sums, now, List.of()));
  }

  /**
   * Writes the report of a stream, with its open problems. While documents are not accounted for,
   * nothing is deleted.
   */
  public static Report streamReport(Run run, Instant now) throws IOException {
    Reconciliation reconciliation = of(run);
    Sums sums = reconciliation.sums();
    for (Map.Entry<String, String> verdict : reconciliation.verdicts().entrySet()) {
      if (verdict.getKey().startsWith(Verdicts.UNPLANNED)) {
        reconciliation.problem(verdict.getValue(), verdict.getKey());
      }
    }
    List<String> problems = new ArrayList<>();
    reconciliation.problems.forEach((words, subjects) -> problems.add(words + list(subjects)));
    Report.excess(run.job(), sums.documents, sums.answered, sums.failures())
        .ifPresent(problems::add);
    return reconciliation.written(reconciliation.report(sums, now, problems));
  }

  private Report written(Report report) throws IOException {
    ReportPage.write(report, snapshot, run.folder());
    report.write(run.folder());
    return report;
  }

  private static Reconciliation of(Run run) throws IOException {
    return new Reconciliation(run, RunSnapshot.read(run.job(), run.folder()));
  }

  /** The first of many chunks with the same problem stands for all. */
  private static String list(List<String> subjects) {
    return subjects.size() == 1
        ? ""
        : " (" + subjects.get(0) + " and " + (subjects.size() - 1) + " more)";
  }

  private void problem(String words, String subject) {
    problems.computeIfAbsent(words, unknown -> new ArrayList<>()).add(subject);
  }

  private Map<String, String> verdicts() throws IOException {
    if (verdicts == null) {
      verdicts = Verdicts.standing(run.folder());
    }
    return verdicts;
  }

  private Sums sums() throws IOException {
    List<Plan> plans = snapshot.plans();
    if (plans.isEmpty() && !run.job().source().isEndless() && !run.batches().isCancelled()) {
      problem("no plan was committed: nothing was read", run.name());
    }
    Sums sums = new Sums();
    for (Plan plan : plans) {
      sums.add(plan);
      for (Chunk chunk : plan.chunks()) {
        JoinedChunk joined = snapshot.joined().get(chunk.id());
        if (joined == null) {
          BatchEntry batch = snapshot.batches().get(chunk.id());
          String words = unjoined(chunk, plan);
          problem(words, chunk.id());
          if (batch != null && batch.overBudget()) {
            overBudget.add(words);
          }
        } else {
          Sums.mismatch(joined, chunk.requests()).ifPresent(words -> problem(words, chunk.id()));
          sums.add(joined, chunk);
        }
      }
      for (ReusedLines lines : plan.reused()) {
        JoinedChunk joined = snapshot.joined().get(lines.id());
        if (joined == null) {
          problem(
              "documents that get the answers of others were never joined; run the same command"
                  + " again",
              lines.id());
        } else {
          Sums.mismatch(joined, lines.count()).ifPresent(words -> problem(words, lines.id()));
          sums.addReused(joined);
        }
      }
    }
    for (String due : snapshot.due()) {
      WrittenFile written = snapshot.written().get(due);
      if (written == null) {
        problem(unwritten(due), due);
      } else {
        sums.written(written);
      }
    }
    if (problems.isEmpty() && !sums.addUp()) {
      problem(
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
          run.name());
    }
    return sums;
  }

  private String unwritten(String due) throws IOException {
    int dot = due.lastIndexOf('.');
    String verdict = verdicts().get(due.replace('.', '-'));
    return verdict != null
        ? verdict
        : "the "
            + due.substring(dot + 1)
            + " documents of "
            + due.substring(0, dot)
            + " were never written; run the same command again";
  }

  private String unjoined(Chunk chunk, Plan plan) throws IOException {
    BatchEntry batch = snapshot.batches().get(chunk.id());
    return Stream.of(
            Optional.ofNullable(verdicts().get(chunk.id())),
            Optional.ofNullable(batch == null ? null : batch.problem()),
            Optional.ofNullable(batch == null ? verdicts().get(plan.name()) : null),
            Optional.ofNullable(verdicts().get(AwaitBatches.SUBJECT)))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(
            "chunk "
                + chunk.id()
                + " was planned, but its results were never joined; run the same command again");
  }

  private Report report(Sums sums, Instant now, List<String> open) throws IOException {
    Job job = run.job();
    Instant started = Instant.ofEpochMilli(run.record().created());
    Optional<CostEstimate> cost = PriceTable.shipped().cost(job.inference(), sums.tokens);
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
        problems.isEmpty()
            ? StagedFiles.clear(snapshot, run.folder())
            : Map.of("all files", "not every document is accounted for yet"),
        sums.tokens.written(),
        open,
        sums.reused,
        repaired(sums),
        promptCache(sums.tokens));
  }

  private @Nullable PromptCacheUse promptCache(TokenCounts tokens) {
    long kept = tokens.cached() + tokens.written();
    if (kept == 0) {
      return null;
    }
    PriceTable prices = PriceTable.shipped();
    Optional<CostEstimate> cost = prices.cost(run.job().inference(), tokens);
    BigDecimal saved =
        cost.isPresent() && cost.get().batchBound() == Bound.EXACT
            ? prices
                .cost(run.job().inference(), tokens.withoutCache())
                .map(without -> without.batchUsd().subtract(cost.get().batchUsd()))
                .map(usd -> usd.setScale(6, RoundingMode.HALF_UP))
                .orElse(null)
            : null;
    return new PromptCacheUse(Math.round(1000.0 * tokens.cached() / kept) / 1000.0, saved);
  }

  private @Nullable Repaired repaired(Sums sums) {
    if (run.job().inference().retry().repairs() == 0) {
      return null;
    }
    Repairs repairs = sums.repairs;
    return new Repaired(
        repairs.requests(),
        repairs.answered(),
        repairs.tokens().prompt(),
        repairs.tokens().completion(),
        PriceTable.shipped()
            .cost(run.job().inference(), repairs.tokens())
            .map(c -> c.batchUsd().setScale(6, RoundingMode.HALF_UP))
            .orElse(null));
  }

  private static final class Sums {
    private final Map<String, Long> failed = new TreeMap<>();
    private long documents;
    private long answered;
    private long reused;
    private long requests;
    private long bytes;
    private final FailureCauses causes = new FailureCauses();
    private TokenCounts tokens = TokenCounts.NONE;
    private Repairs repairs = Repairs.NONE;
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

    /**
     * The mismatch in the counts of a chunk; empty if there is none.
     *
     * @param lines the number of planned lines
     */
    static Optional<String> mismatch(JoinedChunk joined, long lines) {
      long again = joined.toSendAgain().stream().mapToLong(Part::requests).sum();
      long failed = joined.failures().values().stream().mapToLong(Long::longValue).sum();
      return answered(joined) + again + failed == lines
          ? Optional.empty()
          : Optional.of(
              String.format(
                  Locale.ROOT,
                  "chunk %s: %,d requests, but %,d answered, %,d failed, %,d to be sent again",
                  joined.chunkId(),
                  lines,
                  answered(joined),
                  failed,
                  again));
    }

    private static long answered(JoinedChunk joined) {
      return joined.answered() == null ? 0 : joined.answered().documents();
    }

    boolean addUp() {
      return writtenAnswered == answered
          && writtenFailed == failures()
          && writtenAnswered + writtenFailed == documents;
    }

    void add(JoinedChunk joined, Chunk chunk) {
      if (joined.batchId() != null) {
        requests += chunk.requests();
        bytes += chunk.bytes();
        batches++;
        attempts = Math.max(attempts, chunk.attempt());
      }
      addOutcomes(joined);
    }

    /** Documents that got other documents' answers: nothing was sent for them. */
    void addReused(JoinedChunk joined) {
      reused += answered(joined);
      addOutcomes(joined);
    }

    private void addOutcomes(JoinedChunk joined) {
      answered += answered(joined);
      tokens = tokens.plus(joined.tokens());
      repairs = repairs.plus(joined.repairs());
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
