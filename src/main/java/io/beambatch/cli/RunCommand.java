package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.run.Run;
import picocli.CommandLine.Command;

/** {@code run}: does everything, from documents to answers. */
@Command(
    name = "run",
    description =
        "Reads, submits, awaits, joins and writes; resumes an unfinished run of the same job.")
final class RunCommand extends BeginningCommand {
  @Override
  void check(Job job) {
    // It suits every job.
  }

  @Override
  int advance(Launch launch, Run run) throws Exception {
    return launch.run(run);
  }
}
