package io.beambatch.cli;

import io.beambatch.error.ExitCode;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Reports an invalid command line: one line for the error, and one for where to read more. The
 * whole usage text would push the error out of sight.
 */
final class UsageErrors implements IParameterExceptionHandler {
  private static final int CLOSE = 2;

  /** Never suggested: a wrong guess must not destroy anything. */
  private static final String DESTRUCTIVE = "cancel";

  private static final String JOB_FILE = "JOB.yaml";

  /** picocli's message for a word that isn't one of the choices. */
  private static final Pattern CHOICE =
      Pattern.compile(
          "Invalid value for (?:option|positional parameter at index \\S+) \\(?'?<?(.+?)>?'?\\)?:"
              + " expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'",
          Pattern.DOTALL);

  /** picocli's words for a type of Java's. */
  private static final Pattern JAVA_NUMBER = Pattern.compile("is not an? (int|long)$");

  @Override
  public int handleParseException(ParameterException thrown, String[] args) {
    CommandLine command = thrown.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("error: " + message(thrown, command));
    String name = command.getCommandSpec().qualifiedName();
    err.println("'" + name + " --help' shows what it takes");
    err.flush();
    return ExitCode.USAGE;
  }

  private static @Nullable String message(ParameterException thrown, CommandLine command) {
    if (thrown instanceof UnmatchedArgumentException unmatched) {
      String arg = unmatched.getUnmatched().get(0);
      boolean option = arg.startsWith("-");
      return (option ? "there is no option " : "there is no command ")
          + arg
          + nearest(arg, option ? options(command) : commands(command))
              .map(name -> "; did you mean " + name + "?")
              .orElse(option ? "" : "; there are " + String.join(", ", commands(command)));
    }
    if (thrown instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
      ArgSpec first = missing.getMissing().get(0);
      String usage = command.getCommandSpec().qualifiedName() + " " + first.paramLabel();
      return first.isPositional()
          ? (first.paramLabel().equals(JOB_FILE) ? "name a job file: " : "a word is missing: ")
              + usage
          : thrown.getMessage();
    }
    Matcher choice = CHOICE.matcher(String.valueOf(thrown.getMessage()));
    return choice.matches()
        ? choice.group(1)
            + ": '"
            + choice.group(3)
            + "' is none of "
            + choice.group(2).toLowerCase(Locale.ROOT)
        : JAVA_NUMBER
            .matcher(String.valueOf(thrown.getMessage()))
            .replaceFirst("is not a whole number, or is too large");
  }

  private static List<String> commands(CommandLine command) {
    return List.copyOf(command.getSubcommands().keySet());
  }

  private static List<String> options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .flatMap(option -> List.of(option.names()).stream())
        .filter(name -> name.startsWith("--"))
        .toList();
  }

  private static Optional<String> nearest(String typed, List<String> names) {
    String word = typed.replaceFirst("=.*", "");
    LevenshteinDistance distance = new LevenshteinDistance(CLOSE);
    return names.stream()
        .filter(name -> distance.apply(word, name) >= 0)
        .min(Comparator.comparing(name -> distance.apply(word, name)))
        .filter(name -> !name.equals(DESTRUCTIVE));
  }
}
