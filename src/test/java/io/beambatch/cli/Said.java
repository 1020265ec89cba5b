package io.beambatch.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** How a command ended that was run in this process, and what it said. */
public record Said(int exitCode, String out, String err) {

  public static Said by(List<String> args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.execute(
            new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(new String[0]));
    return new Said(exitCode, out.toString(), err.toString());
  }

  public static Said by(String... args) {
    return by(List.of(args));
  }

  /** What stands behind a word in the table at the end of a run. */
  public String told(String word) {
    return out.lines()
        .filter(line -> line.startsWith(word + " "))
        .map(line -> line.substring(word.length()).strip())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + word + " in " + this));
  }
}
