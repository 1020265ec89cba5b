package io.beambatch.template;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.ledger.PermanentErrors;
import io.beambatch.run.Report;
import io.beambatch.storage.RunFolder;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Fails the Dataflow job if more documents failed than {@code retry.max_failed} allows, or all, or
 * if a limit on cost kept some from being sent, as a command ends with an exit code of its own. It
 * is the last step: the run is finished, and has its report. A stream that is drained ends well all
 * the same, and its report says it.
 */
final class FailOverLimit extends PTransform<PCollection<Report>, PCollection<Report>> {
  private final Job job;
  private final RunFolder folder;

  FailOverLimit(Job job, RunFolder folder) {
    this.job = job;
    this.folder = folder;
  }

  @Override
  public PCollection<Report> expand(PCollection<Report> reports) {
    PermanentErrors permanentErrors = PermanentErrors.of(reports.isBounded(), folder);
    return reports
        .apply("Check", ParDo.of(new CheckFn(job, permanentErrors)))
        .setCoder(reports.getCoder());
  }

  private static final class CheckFn extends DoFn<Report, Report> {
    private static final long serialVersionUID = 1L;

    private final Job job;
    private final PermanentErrors permanentErrors;

    CheckFn(Job job, PermanentErrors permanentErrors) {
      this.job = job;
      this.permanentErrors = permanentErrors;
    }

    @ProcessElement
    public void check(@Element Report report, OutputReceiver<Report> out) throws IOException {
      Optional<String> unpaid = report.overBudget();
      Optional<String> excess = report.excess(job).or(() -> unpaid);
      if (excess.isPresent()) {
        UserException error =
            new UserException(
                excess.get() + "; failed documents are in " + job.failures().place(report.run()),
                excess.equals(unpaid) ? ExitCode.OVER_BUDGET : ExitCode.TOO_MANY_FAILED);
        if (!permanentErrors.record("max-failed", error)) {
          throw error;
        }
      }
      out.output(report);
    }
  }
}
