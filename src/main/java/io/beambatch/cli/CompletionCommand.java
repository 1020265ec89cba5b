package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
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
    List<String> lines = new ArrayList<>();
    fish(root, "", lines);
    return String.join("\n", lines) + "\n";
  }

  /**
   * Adds a line for each command and each option that may follow.
   *
   * @param typed the condition that this command was typed; empty for the program itself
   */
  private static void fish(CommandLine command, String typed, List<String> lines) {
    Collection<CommandLine> commands = command.getSubcommands().values();
    String condition =
        typed.isEmpty()
            ? "__fish_use_subcommand"
            : commands.isEmpty() ? typed : typed + "; and not " + seen(commands);
    for (CommandLine next : commands) {
      lines.add(
          line(command, condition)
              + " -f -a "
              + next.getCommandName()
              + description(next.getCommandSpec().usageMessage().description()));
    }
    for (PositionalParamSpec word : command.getCommandSpec().positionalParameters()) {
      if (word.completionCandidates() != null) {
        lines.add(line(command, condition) + words(word));
      }
    }
    for (OptionSpec option : command.getCommandSpec().options()) {
      lines.add(
          line(command, condition)
              + names(option)
              + (option.arity().max() == 0 ? "" : " -r" + words(option))
              + description(option.description()));
    }
    for (CommandLine next : commands) {
      fish(next, (typed.isEmpty() ? "" : typed + "; and ") + seen(List.of(next)), lines);
    }
  }

  private static String seen(Collection<CommandLine> commands) {
    return "__fish_seen_subcommand_from "
        + commands.stream().map(CommandLine::getCommandName).collect(Collectors.joining(" "));
  }

  private static String line(CommandLine command, String condition) {
    return "complete -c " + command.getCommandSpec().root().name() + " -n '" + condition + "'";
  }

  /** What may stand here and nothing else; empty if that may be anything. */
  private static String words(ArgSpec arg) {
    return arg.completionCandidates() == null
        ? ""
        : StreamSupport.stream(arg.completionCandidates().spliterator(), false)
            .map(word -> word.toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" ", " -f -a '", "'"));
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
