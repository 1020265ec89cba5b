package io.beambatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** How a command ended that was run in this process, and what it said. */
public record Said(int exitCode, String out, String err) {

  public static Said by(List<String> args) {
    return piped("", args);
  }

  /** The same for a command with a standard input; {@code out} begins with the documents. */
  public static Said piped(String input, List<String> args) {
    ByteArrayOutputStream documents = new ByteArrayOutputStream();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.execute(
            new ByteArrayInputStream(input.getBytes(UTF_8)),
            documents,
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            args.toArray(new String[0]));
    return new Said(exitCode, documents.toString(UTF_8) + out, err.toString());
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
