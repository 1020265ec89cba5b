package io.beambatch.cli;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;

/** Parses the arguments after {@code --} on the command line: options for Beam and its runner. */
final class BeamOptions {
  private static final Pattern UNKNOWN =
      Pattern.compile("(?s).*missing a property named '([^']*)'\\.?(.*)");
  private static final Pattern RUNNER =
      Pattern.compile("(?s)Unknown 'runner' specified '([^']*)', supported pipeline runners (.*)");

  /**
   * Set if this program has the process to itself: the options that Beam finds first then apply to
   * all.
   */
  static final String ALONE = "beambatch.alone";

  private BeamOptions() {}

  /**
   * Parses options.
   *
   * @throws IllegalArgumentException if Beam doesn't know one, or can't parse its value
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
    if (args.isEmpty() && Boolean.getBoolean(ALONE)) {
      return withoutRegistrars(PipelineOptionsFactory::create);
    }
    registerAll();
    try {
      return PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).withValidation().create();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(explained(String.valueOf(e.getMessage()), args), e);
    }
  }

  /**
   * Runs an action while Beam finds no option interfaces. Otherwise Beam would compare every method
   * of each interface on the class path with those of all others, which takes seconds, and is
   * needed only for parsing. Interfaces that are requested by their class are still found.
   */
  private static <T> T withoutRegistrars(Supplier<T> action) {
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    thread.setContextClassLoader(new NoRegistrars(usual));
    try {
      return action.get();
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  /** Registers the interfaces that Beam could not find before. */
  private static void registerAll() {
    Set<Class<? extends PipelineOptions>> known = PipelineOptionsFactory.getRegisteredOptions();
    for (PipelineOptionsRegistrar registrar : ServiceLoader.load(PipelineOptionsRegistrar.class)) {
      for (Class<? extends PipelineOptions> options : registrar.getPipelineOptions()) {
        if (!known.contains(options)) {
          PipelineOptionsFactory.register(options);
        }
      }
    }
  }

  /** Hides the list of option registrars, and nothing else of another loader. */
  private static final class NoRegistrars extends ClassLoader {
    private static final String LIST =
        "META-INF/services/" + PipelineOptionsRegistrar.class.getName();

    NoRegistrars(ClassLoader usual) {
      super(usual);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(LIST) ? Collections.emptyEnumeration() : super.getResources(name);
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

  /** The option with the invalid value: Beam's message names only the value. */
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
