package io.beambatch.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the command line. */
@Command(
    name = "beam-batch-inference",
    description = "LLM batch jobs over data: half the price, nothing lost, nothing paid twice.",
    scope = CommandLine.ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      PlanCommand.class,
      InitCommand.class,
      ValidateCommand.class,
      SubmitCommand.class,
      CollectCommand.class,
      StatusCommand.class,
      CancelCommand.class,
      RunsCommand.class,
      CacheCommand.class,
      ServeCommand.class,
      ProvidersCommand.class,
      SchemaCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class,
      VersionCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Logs.configure();
    System.setProperty(BeamOptions.ALONE, "true");
    System.exit(execute(new CommandLine(new Main()), args));
  }

  /** Runs a command in this process, with other outputs than the terminal. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return execute(new CommandLine(new Main()).setOut(out).setErr(err), args);
  }

  private static int execute(CommandLine commandLine, String... args) {
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(new UsageErrors())
        .setExecutionExceptionHandler(
            (exception, failed, parsed) -> Failures.report(exception, failed.getErr()))
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
