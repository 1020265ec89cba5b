package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: prints a shell script that completes the commands and options. */
@Command(
    name = "completion",
    description = {
      "Prints a script with which a shell completes commands and options:",
      "  source <(beam-batch-inference completion bash)",
      "  source <(beam-batch-inference completion zsh)",
      "  beam-batch-inference completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {
  private enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}, in lower case.")
  private Shell shell;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    PrintWriter out = root.getOut();
    out.print(
        switch (shell) {
          // In zsh, the script enables the emulation of bash's completion by itself.
          case BASH, ZSH -> AutoComplete.bash(root.getCommandName(), root);
          case FISH -> fish(root);
        });
    out.flush();
    return ExitCode.DONE;
  }

  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder();
    String program = root.getCommandName();
    for (CommandLine command : root.getSubcommands().values()) {
      line(script, program, "__fish_use_subcommand")
          .append(" -f -a ")
          .append(command.getCommandName())
          .append(description(command.getCommandSpec().usageMessage().description()));
    }
    for (CommandLine command : root.getSubcommands().values()) {
      for (OptionSpec option : command.getCommandSpec().options()) {
        line(script, program, "__fish_seen_subcommand_from " + command.getCommandName())
            .append(names(option))
            .append(option.arity().max() == 0 ? "" : " -r")
            .append(description(option.description()));
      }
    }
    return script.append('\n').toString();
  }

  private static StringBuilder line(StringBuilder script, String program, String condition) {
    return script
        .append(script.isEmpty() ? "" : "\n")
        .append("complete -c ")
        .append(program)
        .append(" -n '")
        .append(condition)
        .append('\'');
  }

  private static String names(OptionSpec option) {
    StringBuilder names = new StringBuilder();
    for (String name : option.names()) {
      names.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
    }
    return names.toString();
  }

  /** The first line. Within single quotes, fish treats only backslashes and quotes as special. */
  private static String description(String[] lines) {
    if (lines.length == 0) {
      return "";
    }
    String first = lines[0].replaceAll("\\. .*", ".").replace("\\", "\\\\").replace("'", "\\'");
    return " -d '" + first + "'";
  }
}
