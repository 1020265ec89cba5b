package io.beambatch.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** Reads what stands behind {@code --} on the command line: options for Beam and its runner. */
final class BeamOptions {
  private static final Pattern UNKNOWN =
      Pattern.compile("(?s).*missing a property named '([^']*)'\\.?(.*)");
  private static final Pattern RUNNER =
      Pattern.compile("(?s)Unknown 'runner' specified '([^']*)', supported pipeline runners (.*)");

  private BeamOptions() {}

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException if Beam doesn't know one, or can't read its value
   */
  static PipelineOptions parse(List<String> args) {
    for (String arg : args) {
      if (!arg.startsWith("--")) {
        throw new IllegalArgumentException(
            "'"
                + arg
                + "' is one argument too many: a command takes one job file, and options for Beam"
                + " begin with --");
      }
    }
    try {
      return PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).withValidation().create();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(explained(String.valueOf(e.getMessage()), args), e);
    }
  }

  private static String explained(String message, List<String> args) {
    Matcher runner = RUNNER.matcher(message);
    if (runner.matches()) {
      return runner.group(1).endsWith("FlinkRunner")
          ? "--runner=FlinkRunner: this program was built without Flink; build it with"
              + " 'mvn -q package -DskipTests -Pflink', and start"
              + " target/beam-batch-inference-flink.jar"
          : "--runner="
              + runner.group(1)
              + ": there is no such runner; there are "
              + runner.group(2);
    }
    Matcher unknown = UNKNOWN.matcher(message);
    return unknown.matches()
        ? "--"
            + unknown.group(1)
            + ": neither Beam nor its runner has this option."
            + unknown.group(2)
        : refused(args).map(arg -> arg + ": the value doesn't fit the option").orElse(message);
  }

  /** The option whose value is at fault: Beam's message speaks of the value only. */
  private static Optional<String> refused(List<String> args) {
    return args.stream().filter(arg -> !isReadable(arg)).findFirst();
  }

  private static boolean isReadable(String arg) {
    try {
      PipelineOptionsFactory.fromArgs(arg).create();
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
