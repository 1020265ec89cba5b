package io.beambatch.run;

import io.beambatch.batch.AwaitBatches;
import io.beambatch.chunk.Chunk;
import io.beambatch.chunk.Part;
import io.beambatch.chunk.Plan;
import io.beambatch.chunk.ReusedLines;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.ledger.BatchEntry;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.result.JoinedChunk;
import io.beambatch.sink.WrittenFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks from a run's records that every document that was read is answered or failed, and writes
 * the report; {@link Reconcile} is the step around it. A run that ends is closed only if the counts
 * agree; the report of a stream, which continues later, lists the problems.
 */
public final class Reconciliation {
  private final Run run;
  private final RunSnapshot snapshot;
  private final Map<String, List<String>> problems = new LinkedHashMap<>();
  private @Nullable Map<String, String> permanentErrors;

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
    RunTotals totals = reconciliation.totals();
    Optional<String> problem = reconciliation.problems.keySet().stream().findFirst();
    if (problem.isPresent()) {
      throw new UserException(
          problem.get(),
          reconciliation.overBudget.contains(problem.get())
              ? ExitCode.OVER_BUDGET
              : ExitCode.ERROR);
    }
    return reconciliation.write(totals, now, List.of());
  }

  /**
   * Writes the report of a stream, with its open problems. While documents are not accounted for,
   * nothing is deleted.
   */
  public static Report streamReport(Run run, Instant now) throws IOException {
    Reconciliation reconciliation = of(run);
    RunTotals totals = reconciliation.totals();
    for (Map.Entry<String, String> error : reconciliation.permanentErrors().entrySet()) {
      if (error.getKey().startsWith(PermanentErrors.UNPLANNED)) {
        reconciliation.problem(error.getValue(), error.getKey());
      }
    }
    List<String> problems = new ArrayList<>();
    reconciliation.problems.forEach((words, subjects) -> problems.add(words + list(subjects)));
    Report.excess(run.job(), totals.documents(), totals.answered(), totals.failures())
        .ifPresent(problems::add);
    return reconciliation.write(totals, now, problems);
  }

  private Report write(RunTotals totals, Instant now, List<String> open) throws IOException {
    Map<String, String> kept =
        problems.isEmpty()
            ? StagedFiles.clear(snapshot, run.folder())
            : Map.of("all files", "not every document is accounted for yet");
    Report report = totals.report(run, now, kept, open);
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

  private Map<String, String> permanentErrors() throws IOException {
    if (permanentErrors == null) {
      permanentErrors = PermanentErrors.messages(run.folder());
    }
    return permanentErrors;
  }

  private RunTotals totals() throws IOException {
    List<Plan> plans = snapshot.plans();
    if (plans.isEmpty() && !run.job().source().isEndless() && !run.batches().isCancelled()) {
      problem("no plan was committed: nothing was read", run.name());
    }
    RunTotals totals = new RunTotals();
    for (Plan plan : plans) {
      totals.add(plan);
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
          mismatch(joined, chunk.requests()).ifPresent(words -> problem(words, chunk.id()));
          totals.add(joined, chunk);
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
          mismatch(joined, lines.count()).ifPresent(words -> problem(words, lines.id()));
          totals.addReused(joined);
        }
      }
    }
    for (String due : snapshot.due()) {
      WrittenFile written = snapshot.written().get(due);
      if (written == null) {
        problem(unwritten(due), due);
      } else {
        totals.add(written);
      }
    }
    if (problems.isEmpty() && !totals.addUp()) {
      problem(
          String.format(
              Locale.ROOT,
              "the numbers don't add up: %,d documents read; joined: %,d answered and %,d failed;"
                  + " written: %,d answered and %,d failed. Nothing of the run is deleted: look"
                  + " into %s",
              totals.documents(),
              totals.answered(),
              totals.failures(),
              totals.writtenAnswered(),
              totals.writtenFailed(),
              run.folder().path()),
          run.name());
    }
    return totals;
  }

  private String unwritten(String due) throws IOException {
    int dot = due.lastIndexOf('.');
    String error = permanentErrors().get(due.replace('.', '-'));
    return error != null
        ? error
        : "the "
            + due.substring(dot + 1)
            + " documents of "
            + due.substring(0, dot)
            + " were never written; run the same command again";
  }

  private String unjoined(Chunk chunk, Plan plan) throws IOException {
    BatchEntry batch = snapshot.batches().get(chunk.id());
    return Stream.of(
            Optional.ofNullable(permanentErrors().get(chunk.id())),
            Optional.ofNullable(batch == null ? null : batch.problem()),
            Optional.ofNullable(batch == null ? permanentErrors().get(plan.name()) : null),
            Optional.ofNullable(permanentErrors().get(AwaitBatches.SUBJECT)))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(
            "chunk "
                + chunk.id()
                + " was planned, but its results were never joined; run the same command again");
  }

  /**
   * The mismatch in the counts of a chunk; empty if there is none.
   *
   * @param lines the number of planned lines
   */
  private static Optional<String> mismatch(JoinedChunk joined, long lines) {
    long answered = RunTotals.answered(joined);
    long again = joined.toSendAgain().stream().mapToLong(Part::requests).sum();
    long failed = joined.failures().values().stream().mapToLong(Long::longValue).sum();
    return answered + again + failed == lines
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "chunk %s: %,d requests, but %,d answered, %,d failed, %,d to be sent again",
                joined.chunkId(),
                lines,
                answered,
                failed,
                again));
  }
}
