package io.beambatch.cli;

import io.beambatch.run.FailureSamples;
import io.beambatch.run.Report;
import io.beambatch.run.Run;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option of commands that end a run, to show contents of documents on the run's page. */
final class SamplesOption {
  @Option(
      names = "--samples",
      description =
          "Shows some failed documents on the run's page (report.html), with the reasons."
              + " Without it, the page has no contents of documents.")
  private boolean given;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Refuses it where another option is not given. */
  void requireNone(String unless) {
    if (given) {
      throw new ParameterException(command.commandLine(), "--samples needs " + unless);
    }
  }

  /** Ends a run, and shows the samples on its page if they were asked for. */
  Report around(Run run, End end) throws IOException {
    Optional<FailureSamples> samples =
        given ? Optional.of(FailureSamples.of(run)) : Optional.empty();
    Report report = end.of(run);
    if (samples.isPresent()) {
      samples.get().addTo(run, report);
    }
    return report;
  }

  /**
   * Checks that the results are in this process's reach when the run ends.
   *
   * @throws IllegalArgumentException if samples are asked for, and they are not
   */
  void requireEndHere() {
    if (given) {
      throw new IllegalArgumentException(
          "--samples: the pipeline itself ends this run, and deletes its results; look into the"
              + " failures instead");
    }
  }

  /** Ends a run. */
  @FunctionalInterface
  interface End {
    Report of(Run run) throws IOException;
  }
}
