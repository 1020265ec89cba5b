package io.beambatch.cli;

import io.beambatch.job.Job;
import io.beambatch.run.Run;
import picocli.CommandLine.Command;

/** {@code submit}: goes from documents to created batches, without waiting for them. */
@Command(
    name = "submit",
    description = {
      "Reads, packs, uploads and creates the batches, then ends. The exit code is 0 when every batch is"
          + " created, and 75 if some have to wait for room.",
      "Resumes an unfinished run of the same job. Use collect for the answers."
    })
final class SubmitCommand extends BeginningCommand {
  @Override
  void check(Job job) {
    Launch.requireEnd(job, "submit");
  }

  @Override
  int advance(Launch launch, Run run) throws Exception {
    return launch.submit(run);
  }
}
