package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.job.Job;
import io.beambatch.provider.SafeText;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import io.beambatch.run.RunProgress;
import io.beambatch.storage.Storage;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * Prints how a run has ended, and decides with which exit code its command ends. It follows the
 * reconciliation of the run.
 */
final class EndOfRun {
  private final PrintWriter out;
  private final PrintWriter err;

  EndOfRun(PrintWriter out, PrintWriter err) {
    this.out = out;
    this.err = err;
  }

  /** Prints the report of a run that an earlier launch finished, and returns the exit code. */
  int printAgain(Run run) throws IOException {
    if (!Storage.exists(run.folder().report())) {
      err.println("its files, and its report with them, were pruned");
      err.flush();
      return ExitCode.DONE;
    }
    return print(Report.of(run.folder()), run);
  }

  /** Prints the state of a run that has not ended. */
  void printUnfinished(RunProgress progress, Run run) {
    print(Summary.of(progress, run), run);
  }

  /** If documents are printed to standard output, nothing else is. */
  private void print(Facts summary, Run run) {
    PrintWriter to = run.job().isPrinted() ? err : out;
    to.print(summary);
    to.flush();
  }

  /** Prints the report of a run, and returns the exit code. */
  int print(Report report, Run run) throws IOException {
    Job job = run.job();
    print(Summary.of(report, job, run), run);
    Optional<String> excess = report.excess(job);
    List<String> problems =
        report.problems().stream().filter(problem -> !excess.equals(Optional.of(problem))).toList();
    problems.forEach(problem -> err.println("error: " + SafeText.line(problem)));
    Optional<String> unpaid = report.overBudget();
    unpaid.ifPresent(words -> printFailed(words, run));
    err.flush();
    boolean limited = job.inference().retry().maxFailed() != null;
    boolean mayFail = !limited && unpaid.isPresent();
    // A cancelled run is not expected to have answers.
    boolean unwanted = !limited && run.batches().isCancelled();
    if (excess.isPresent() && !mayFail && !unwanted) {
      printFailed(excess.get(), run);
      err.flush();
      return ExitCode.TOO_MANY_FAILED;
    }
    if (unpaid.isPresent()) {
      return ExitCode.OVER_BUDGET;
    }
    return problems.isEmpty() ? ExitCode.DONE : ExitCode.ERROR;
  }

  private void printFailed(String words, Run run) {
    err.println(
        "error: " + words + "; failed documents are in " + run.job().failures().place(run.name()));
  }
}
