package io.beambatch.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures {@code plan}, and {@code run} against {@code serve --latency 0} in another process, as
 * whole commands on documents of about 400 bytes: documents a second, and the most memory the
 * process held. Everything goes through a tenth of the documents first. A process takes what its
 * heap allows, whether it needs it or not: that memory doesn't grow with the number of documents
 * shows with a heap that is just large enough for the tenth, such as 256m.
 *
 * <pre>
 * mvn -q package -DskipTests
 * java -cp target/test-classes io.beambatch.bench.Benchmark [DOCUMENTS [HEAP]]
 * </pre>
 */
public final class Benchmark {
  private static final String[] WORDS =
      ("the battery lasted three days and I love it but would not buy this awful lid again because"
              + " it was wonderful at first then terrible quick brown great lazy perfect broken")
          .split(" ");

  private final Path folder;
  private final String heap;
  private final PrintStream out;

  private Benchmark(Path folder, String heap, PrintStream out) {
    this.folder = folder;
    this.heap = heap;
    this.out = out;
  }

  /**
   * Runs the benchmark.
   *
   * @param args the number of documents, 1,000,000 if not given, and the heap of each process as
   *     {@code -Xmx} takes it, 1g if not given
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int documents = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
    String heap = args.length < 2 ? "1g" : args[1];
    Path folder = Files.createTempDirectory("beambatch-bench");
    try {
      Benchmark benchmark = new Benchmark(folder, heap, System.out);
      benchmark.measure(documents / 10);
      benchmark.measure(documents);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void measure(int documents) throws IOException, InterruptedException {
    Path input = folder.resolve("documents-" + documents + ".jsonl");
    generate(documents, input);
    Path job = folder.resolve("job-" + documents + ".yaml");
    Files.writeString(
        job,
        """
        name: bench-%d
        source: {type: jsonl, path: %s, id: id}
        request:
          provider: openai
          endpoint: /v1/chat/completions
          model: gpt-4o-mini
          body:
            max_tokens: 10
            messages:
              - {role: system, content: "Classify the sentiment as positive, negative or neutral."}
              - {role: user, content: "{{text}}"}
        result: {field: sentiment}
        sink: {type: jsonl, path: %s}
        """
            .formatted(documents, input, folder.resolve("out-" + documents + "/answers")));
    List<String> options =
        List.of(job.toString(), "--staging", folder.resolve("staging").toString());
    time("plan", documents, command("plan", options), List.of());
    Process server =
        new ProcessBuilder(
                command(
                    "serve",
                    List.of(
                        "--port",
                        "0",
                        "--latency",
                        "0",
                        "--dir",
                        folder.resolve("srv").toString())))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
      String url = lines.readLine().replace("serving ", "");
      time(
          "run",
          documents,
          command("run", options),
          List.of("OPENAI_BASE_URL=" + url, "OPENAI_API_KEY=local"));
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  private void time(String name, int documents, List<String> command, List<String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve(name + ".log").toFile());
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      builder.environment().put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    long start = System.nanoTime();
    Process process = builder.start();
    long peak = 0;
    while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
      peak = Math.max(peak, peakKilobytes(process.pid()));
    }
    double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          name
              + " ended with "
              + process.exitValue()
              + ":\n"
              + Files.readString(folder.resolve(name + ".log")));
    }
    out.printf(
        Locale.ROOT,
        "%-5s %,10d documents %8.1f s %,10.0f documents/s   peak %,d MB%n",
        name,
        documents,
        seconds,
        documents / seconds,
        peak / 1024);
  }

  private List<String> command(String name, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heap, "-jar", "target/beam-batch-inference.jar", name));
    command.addAll(options);
    return command;
  }

  /** The most memory a process has held, or 0 where the system doesn't tell. */
  static long peakKilobytes(long pid) throws IOException {
    Path status = Path.of("/proc/" + pid + "/status");
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException | UncheckedIOException e) {
      // The process has ended meanwhile.
      return 0;
    }
  }

  static void generate(int documents, Path file) throws IOException {
    Random random = new Random(1);
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (int i = 0; i < documents; i++) {
        StringBuilder text = new StringBuilder();
        while (text.length() < 330) {
          text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        writer.write(
            "{\"id\":"
                + i
                + ",\"text\":\""
                + text
                + "\",\"meta\":{\"stars\":"
                + (1 + random.nextInt(5))
                + ",\"lang\":\"en\"}}\n");
      }
    }
  }
}
