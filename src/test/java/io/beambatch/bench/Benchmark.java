package io.beambatch.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Measures whole commands on documents of about 400 bytes, against {@code serve --latency 0} in
 * another process: documents a second, the most memory that the process held, and the requests that
 * the server answered.
 *
 * <ul>
 *   <li>{@code plan}
 *   <li>{@code run}
 *   <li>{@code run} with {@code duplicates: once} and an empty {@code cache}
 *   <li>{@code plan} and {@code run} of the same, after one document in a hundred has changed and
 *       as many have come: what reading and looking up take, and what the run takes
 * </ul>
 *
 * <p>Everything goes through a tenth of the documents first. A process takes what its heap allows,
 * whether it needs it or not: that memory doesn't grow with the number of documents shows with a
 * heap that is just large enough for the tenth, such as 256m.
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
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private void measure(int documents) throws IOException, InterruptedException {
    Path input = folder.resolve("documents-" + documents + ".jsonl");
    generate(documents, input);
    Path later = folder.resolve("later-" + documents + ".jsonl");
    change(input, later, documents / 100);
    String cache =
        "duplicates: once\ncache: {path: %s}\n".formatted(folder.resolve("cache-" + documents));
    // One server for all: an answer is kept for requests to the same address.
    Path files = Files.createTempDirectory(folder, "server");
    try (ServedServer server = ServedServer.start(files, "--latency", "0")) {
      measure("plan", documents, job("plan", input, ""), server);
      measure("run", documents, job("run", input, ""), server);
      measure("run, once and with cache", documents, job("cache", input, cache), server);
      int more = documents + documents / 100;
      measure("plan, 2 % later", more, job("later", later, cache), server);
      measure("run, 2 % later", more, job("later", later, cache), server);
    } finally {
      delete(files);
    }
  }

  private void measure(String what, int documents, Path job, ServedServer server)
      throws IOException, InterruptedException {
    Path staging = Files.createTempDirectory(folder, "staging");
    long before = server.answered();
    try {
      Map<String, String> environment = new HashMap<>(server.environment());
      environment.put("JAVA_OPTS", "-Xmx" + heap);
      MeasuredProcess measured =
          MeasuredProcess.run(
              folder.resolve("command"),
              environment,
              List.of(
                  ServedServer.LAUNCHER,
                  what.startsWith("plan") ? "plan" : "run",
                  job.toString(),
                  "--staging",
                  staging.toString()));
      if (measured.exitCode() != 0) {
        throw new IllegalStateException(
            what
                + " ended with "
                + measured.exitCode()
                + ":\n"
                + Files.readString(folder.resolve("command.err")));
      }
      double seconds = measured.wall().toMillis() / 1000.0;
      out.printf(
          Locale.ROOT,
          "%-25s %,10d documents %7.1f s %7.1f CPU s %,8.0f documents/s  %,5d MB %,11d requests%n",
          what,
          documents,
          seconds,
          measured.cpu().toMillis() / 1000.0,
          documents / seconds,
          measured.peakMegabytes(),
          server.answered() - before);
    } finally {
      delete(staging);
    }
  }

  private Path job(String name, Path input, String more) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        name: bench
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
        %s"""
            .formatted(input, folder.resolve("out-" + name + "/answers"), more));
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

  /** Documents of which the first have another text, and as many more. */
  private static void change(Path documents, Path later, int changes) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(documents);
        BufferedWriter writer = Files.newBufferedWriter(later)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (number < changes) {
          writer.write(line.replace("\"text\":\"", "\"text\":\"now ") + "\n");
          writer.write(
              line.replace("{\"id\":", "{\"id\":-1").replace("\"text\":\"", "\"text\":\"new "));
        } else {
          writer.write(line);
        }
        writer.write('\n');
        number++;
      }
    }
  }
}
