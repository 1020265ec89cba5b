package io.beambatch.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
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
    versionProvider = Version.class)
public final class Main implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
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
          VersionCommand.class);

  /** Commands that show all the others. */
  private static final Set<String> SHOW_ALL = Set.of("completion", "help");

  private final InputStream in;
  private final OutputStream documents;

  @Spec private CommandSpec spec;

  private Main(InputStream in, OutputStream documents) {
    this.in = in;
    this.documents = documents;
  }

  /** The program that a command belongs to. */
  static Main of(CommandSpec command) {
    return (Main) command.root().userObject();
  }

  /** Standard input. */
  InputStream in() {
    return in;
  }

  /** Standard output for documents, whose bytes it takes as they are. */
  OutputStream documents() {
    return documents;
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Logs.configure();
    System.setProperty(BeamOptions.ALONE, "true");
    Main program = new Main(System.in, new FileOutputStream(FileDescriptor.out));
    CommandLine commandLine = program.commandLine(args);
    if (CommandLine.Help.Ansi.AUTO.enabled()) {
      commandLine.setOut(new TerminalWriter(commandLine.getOut()));
      commandLine.setErr(new TerminalWriter(commandLine.getErr()));
    }
    System.exit(execute(commandLine, args));
  }

  /** Runs a command in this process, with other streams than the terminal's. */
  static int execute(
      InputStream in, OutputStream documents, PrintWriter out, PrintWriter err, String... args) {
    return execute(new Main(in, documents).commandLine(args).setOut(out).setErr(err), args);
  }

  /** With only the command that the arguments name, because each one takes time to build. */
  private CommandLine commandLine(String... args) {
    String first = args.length == 0 || SHOW_ALL.contains(args[0]) ? "" : args[0];
    List<Class<?>> named =
        COMMANDS.stream().filter(command -> name(command).equals(first)).toList();
    CommandLine commandLine = new CommandLine(this);
    (named.isEmpty() ? COMMANDS : named).forEach(commandLine::addSubcommand);
    return commandLine;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
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
