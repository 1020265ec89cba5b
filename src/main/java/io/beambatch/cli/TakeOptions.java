package io.beambatch.cli;

import io.beambatch.chunk.Plan;
import io.beambatch.error.ExitCode;
import io.beambatch.error.UserException;
import io.beambatch.job.Job;
import io.beambatch.job.Taken;
import io.beambatch.run.Run;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options to try a job on some of its documents. They are part of commands that begin a run.
 */
final class TakeOptions {
  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Takes only the first N documents that are read.")
  private @Nullable Long limit;

  @Option(
      names = "--sample",
      paramLabel = "N",
      description = "Takes only a fair sample of N documents, the same ones each time.")
  private @Nullable Long sample;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /**
   * The job over the documents that were asked for.
   *
   * @throws ParameterException if the source or the numbers don't allow it
   */
  Job over(Job job) {
    if (limit == null && sample == null) {
      return job;
    }
    if (limit != null && sample != null) {
      throw refused("give one of --limit and --sample, not both");
    }
    Taken taken = new Taken(limit != null ? limit : Objects.requireNonNull(sample), sample != null);
    if (taken.documents() < 1) {
      throw refused(taken + ": it takes at least one document");
    }
    if (job.source().isEndless()) {
      throw refused(taken + " needs a source that ends; this one never does");
    }
    return job.over(taken);
  }

  private ParameterException refused(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  /**
   * Checks that a run that is planned is for the documents that were asked for.
   *
   * @throws UserException if it is for others: resuming it would buy answers that were not asked
   *     for
   */
  static void check(Run run, PrintWriter err) throws IOException {
    Taken asked = run.job().inference().taken();
    for (Plan plan : run.plans().values().values()) {
      String planned = plan.taken();
      if (plan.attempt() > 1) {
        continue;
      }
      if (asked == null && planned != null && !run.isFinished()) {
        err.println(
            "run "
                + run.name()
                + " was begun with "
                + planned
                + ", and is for these documents only");
      } else if (asked != null && !asked.toString().equals(planned)) {
        throw new UserException(
            "run "
                + run.name()
                + " was begun "
                + (planned == null ? "for all documents" : "with " + planned)
                + ", and not with "
                + asked
                + "; begin another with --new-run, or resume this one without "
                + asked
                + ". Nothing was sent",
            ExitCode.USAGE);
      }
    }
  }
}
