package io.beambatch.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/** Builds commands that a user can type, from the one that was typed. */
final class CommandText {
  private static final String PROGRAM = "beam-batch-inference";
  private static final String END_OF_OPTIONS = "--";

  private CommandText() {}

  /**
   * The same command line with another command, for a specific run.
   *
   * @param typed the arguments as typed, the command first
   */
  static String of(String command, String run, List<String> typed) {
    List<String> args = new ArrayList<>(List.of(command));
    Iterator<String> rest = typed.subList(1, typed.size()).iterator();
    boolean options = true;
    while (rest.hasNext()) {
      String arg = rest.next();
      if (options && arg.equals(END_OF_OPTIONS)) {
        options = false;
        args.addAll(List.of("--run", run));
      }
      if (options && arg.equals("--run")) {
        rest.next();
      } else if (!options || !(arg.equals("--new-run") || arg.startsWith("--run="))) {
        args.add(arg);
      }
    }
    if (options) {
      args.addAll(List.of("--run", run));
    }
    return of(args.toArray(new String[0]));
  }

  /** A command line from words. */
  static String of(String... words) {
    return program()
        + " "
        + Arrays.stream(words).map(CommandText::quoted).collect(Collectors.joining(" "));
  }

  /** How the program was started, as far as the launcher or Java knows. */
  private static String program() {
    String launcher = System.getProperty("beambatch.launcher");
    if (launcher != null) {
      return quoted(launcher);
    }
    String started = System.getProperty("sun.java.command", "").split(" ", 2)[0];
    return started.endsWith(".jar") ? "java -jar " + quoted(started) : PROGRAM;
  }

  private static String quoted(String arg) {
    return arg.matches("[A-Za-z0-9_@%+=:,./-]+") ? arg : "'" + arg.replace("'", "'\\''") + "'";
  }
}
