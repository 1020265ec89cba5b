package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import io.beambatch.job.JobSchema;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code schema}: prints the JSON schema of job files, with which editors complete and check them.
 */
@Command(
    name = "schema",
    description =
        "Prints the JSON schema of job files, with which editors complete and check them. Save it"
            + " as job.schema.json, and begin job files with the line"
            + " '# yaml-language-server: $schema=job.schema.json'.")
final class SchemaCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(JobSchema.text());
    out.flush();
    return ExitCode.DONE;
  }
}
