package io.beambatch.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

/** How a command ended that was run in this process, and what it said. */
public record Said(int exitCode, String out, String err) {

  public static Said by(List<String> args) {
    return piped("", args);
  }

  /** The same with more in its environment, which this process has as long as the command runs. */
  public static Said by(Map<String, String> environment, List<String> args) {
    return piped("", environment, args);
  }

  /** The same for a command with a standard input and more in its environment. */
  public static Said piped(String input, Map<String, String> environment, List<String> args) {
    Map<String, String> own = changeableEnvironment();
    Map<String, String> before = Map.copyOf(own);
    own.putAll(environment);
    try {
      return piped(input, args);
    } finally {
      own.keySet().retainAll(before.keySet());
      own.putAll(before);
    }
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

  /** What Java shows as an unmodifiable map, and nothing of it can be set otherwise. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> changeableEnvironment() {
    Map<String, String> shown = System.getenv();
    try {
      Field changeable = shown.getClass().getDeclaredField("m");
      changeable.setAccessible(true);
      return (Map<String, String>) changeable.get(shown);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("tests run with --add-opens java.base/java.util=ALL-UNNAMED", e);
    }
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
