package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.job.RequestSpec;
import io.beambatch.provider.ProviderApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packaged program in a process of its own. */
public final class Program implements AutoCloseable {
  public static final Path JAR = Path.of("target/beam-batch-inference.jar").toAbsolutePath();
  public static final Path LAUNCHER =
      Path.of("target/dist/bin/beam-batch-inference").toAbsolutePath();

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts it.
   *
   * @param logs the beginning of the names of the files that take what it says
   * @param environment all that it gets of {@code OPENAI_…}
   */
  public static Program start(Path logs, Map<String, String> environment, List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>(words());
    command.addAll(args);
    return start(Path.of("").toAbsolutePath(), logs, environment, command);
  }

  /** What a program's environment needs that a local server is to be the provider of. */
  public static Map<String, String> environment(RequestSpec.Provider provider, URI served) {
    ProviderApi api = provider.api();
    String root = served.resolve("/").toString();
    return Map.of(
        api.keyVariable(),
        "local",
        api.baseUrlVariable(),
        root.substring(0, root.length() - 1) + api.basePath());
  }

  /** Starts a local server that keeps what it knows in a folder: one that is killed leaves it. */
  public static Program serve(Path folder, String... more) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of("serve", "--port", "0", "--dir", folder.resolve("served").toString()));
    args.addAll(List.of(more));
    return start(folder.resolve("serve"), Map.of(), args);
  }

  /** Starts a command in a folder: one that begins with {@link #words}, or that runs such a one. */
  public static Program start(
      Path directory, Path logs, Map<String, String> environment, List<String> command)
      throws IOException {
    Path out = Path.of(logs + ".out");
    Path err = Path.of(logs + ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("OPENAI_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_OPTS", "-Xmx512m");
    builder.environment().putAll(environment);
    return new Program(builder.start(), out, err);
  }

  /** The words that start it, before its arguments. */
  public static List<String> words() {
    assertThat(LAUNCHER).as("the launcher, which mvn package makes").exists();
    return List.of(LAUNCHER.toString());
  }

  /** The words that start what is in another jar, before its arguments. */
  public static List<String> words(Path jar) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx512m",
        "-jar",
        jar.toString());
  }

  public String out() throws IOException {
    return Files.readString(out);
  }

  public String err() throws IOException {
    return Files.readString(err);
  }

  /** Where it serves, as {@code serve} says it. */
  public URI servedUrl() throws IOException, InterruptedException {
    awaitOutput("OPENAI_BASE_URL=");
    String first = out().lines().findFirst().orElseThrow(() -> new AssertionError(this));
    return URI.create(first.substring(first.lastIndexOf(' ') + 1));
  }

  /** Waits for its end and returns its exit code. */
  public int end() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%s ends", this)
        .isTrue();
    return process.exitValue();
  }

  /** Whether it ends within this time. */
  public boolean awaitEnd(int millis) throws InterruptedException {
    return process.waitFor(millis, TimeUnit.MILLISECONDS);
  }

  /** Waits until it has said something, or has ended. */
  public void awaitOutput(String text) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .untilAsserted(
            () ->
                assertThat(out().contains(text) || err().contains(text) || awaitEnd(0))
                    .as("%s says '%s'", this, text)
                    .isTrue());
  }

  @Override
  public String toString() {
    try {
      return "out:\n" + out() + "err:\n" + err();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Sends it a signal.
   *
   * @param name such as {@code INT}
   */
  public void signal(String name) throws IOException, InterruptedException {
    assertThat(
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
  }

  /** Ends it as Ctrl-C would, and returns its exit code. */
  public int stop() throws InterruptedException {
    process.destroy();
    return end();
  }

  /** Ends it as a crash would: at once, and without a word. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
