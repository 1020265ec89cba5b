package io.beambatch.template;

import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.run.Report;
import java.util.Optional;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.PCollection;

/**
 * Fails the Dataflow job if more documents failed than {@code retry.max_failed} allows, or all, as
 * a command ends with an exit code of its own. It is the last step: the run is finished, and has
 * its report.
 */
final class FailOverLimit extends PTransform<PCollection<Report>, PCollection<Report>> {
  private final Job job;

  FailOverLimit(Job job) {
    this.job = job;
  }

  @Override
  public PCollection<Report> expand(PCollection<Report> reports) {
    return reports.apply("Check", ParDo.of(new CheckFn(job))).setCoder(reports.getCoder());
  }

  private static final class CheckFn extends DoFn<Report, Report> {
    private final Job job;

    CheckFn(Job job) {
      this.job = job;
    }

    @ProcessElement
    public void check(@Element Report report, OutputReceiver<Report> out) {
      Optional<String> excess = report.excess(job);
      if (excess.isPresent()) {
        throw new UserException(
            excess.get() + "; they are in " + job.failures().place(report.run()),
            ExitCode.TOO_MANY_FAILED);
      }
      out.output(report);
    }
  }
}
