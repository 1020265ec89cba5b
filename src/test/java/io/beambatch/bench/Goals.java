package io.beambatch.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Measures what a user waits for and pays besides the provider: short commands, small jobs, and
 * waiting. Prints each figure beside its goal, which holds for two cores that do nothing else.
 * {@link Benchmark} measures large jobs.
 *
 * <pre>
 * mvn -q package -DskipTests
 * java -cp target/test-classes io.beambatch.bench.Goals
 * </pre>
 */
public final class Goals {
  private static final String JOB = "pipelines/sentiment.yaml";
  private static final Duration WAITING = Duration.ofSeconds(30);
  private static final int FILES = 20_000;
  private static final int WAVES = 3;
  private static final int CHUNKS_A_WAVE = 4;
  private static final int REQUESTS = 10;

  private final Path folder;
  private int commands;

  private Goals(Path folder) {
    this.folder = folder;
  }

  /** Measures all. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createTempDirectory("beambatch-goals");
    try {
      Goals goals = new Goals(folder);
      goals.shortCommands();
      goals.smallJobs();
      goals.smallFiles();
      goals.waiting();
      goals.waves();
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void shortCommands() throws Exception {
    print("--help", "wall 0.7 s", measure(Map.of(), "--help"));
    print("usage error", "wall 0.7 s", measure(Map.of(), "run", JOB, "--frobnicate"));
    print("no such job file", "wall 0.7 s", measure(Map.of(), "run", "nothing.yaml"));
  }

  private void smallJobs() throws Exception {
    MeasuredProcess small = measure(Map.of(), job("run", "small", "--local"));
    print("40 documents, --local", "wall 5 s, CPU 8 s, 350 MB", small);
    System.out.printf(
        Locale.ROOT,
        "%-28s %6.2f s                            goal: 1.5 s%n",
        "its first line",
        seconds(Optional.ofNullable(small.firstLine()).orElse(small.wall())));
    print("status of that run", "wall 0.7 s", measure(Map.of(), job("status", "small")));
    Path input = folder.resolve("documents.jsonl");
    Benchmark.generate(2_000, input);
    try (ServedServer server = ServedServer.start(folder.resolve("fast"), "--latency", "0")) {
      print(
          "2,000 documents",
          "CPU 8 s",
          measure(server.environment(), job("run", "2000", "--set", "source.path=" + input)));
    }
  }

  /** As many documents in one file, and in a file each. */
  private void smallFiles() throws Exception {
    Path input = documents(FILES);
    Path many = Files.createDirectory(folder.resolve("files"));
    try (Stream<String> lines = Files.lines(input)) {
      int number = 0;
      for (String line : (Iterable<String>) lines::iterator) {
        Files.writeString(many.resolve(number++ + ".jsonl"), line + "\n");
      }
    }
    MeasuredProcess one = measure(Map.of(), "plan", JOB, "--set", "source.path=" + input);
    print("plan of " + FILES + " lines", "", one);
    print(
        "the same in a file each",
        String.format(Locale.ROOT, "wall %.1f s", 3 * seconds(one.wall())),
        measure(Map.of(), "plan", JOB, "--set", "source.path=" + many + "/*.jsonl"));
  }

  /** One batch never ends: what a process takes that only waits, and what is written meanwhile. */
  private void waiting() throws Exception {
    Path input = documents(2 * REQUESTS);
    try (ServedServer server =
        ServedServer.start(
            folder.resolve("stuck"), "--fault", "batch:stuck:1:0%", "--latency", "0")) {
      Process run =
          start(
              server.environment(),
              job(
                  "run",
                  "stuck",
                  "--set",
                  "source.path=" + input,
                  "--set",
                  "limits.requests=" + REQUESTS));
      try {
        long start = System.nanoTime();
        while (answers("stuck") == 0
            && seconds(start) < 120
            && !run.waitFor(200, TimeUnit.MILLISECONDS)) {
          // It has not written any yet.
        }
        System.out.printf(
            Locale.ROOT,
            "%-28s %6d of %d, while a batch is in flight%n",
            "answers written",
            answers("stuck"),
            2 * REQUESTS);
        // What follows the writing is over by then.
        run.waitFor(5, TimeUnit.SECONDS);
        double before = cpuSeconds(run);
        run.waitFor(WAITING.toSeconds(), TimeUnit.SECONDS);
        System.out.printf(
            Locale.ROOT,
            "%-28s %6.3f cores                        goal: 0.02%n",
            "waiting",
            (cpuSeconds(run) - before) / WAITING.toSeconds());
      } finally {
        run.destroyForcibly().waitFor();
      }
    }
  }

  /** From the creation of the first batch to the end of the last, by the server's clock. */
  private void waves() throws Exception {
    Path input = documents(WAVES * CHUNKS_A_WAVE * REQUESTS);
    try (ServedServer server = ServedServer.start(folder.resolve("waves"), "--latency", "1s")) {
      measure(
          server.environment(),
          job(
              "run",
              "waves",
              "--set",
              "source.path=" + input,
              "--set",
              "limits.requests=" + REQUESTS,
              "--set",
              "limits.enqueued_requests=" + CHUNKS_A_WAVE * REQUESTS,
              "--set",
              "poll.interval=1s"));
      String batches = server.get("/v1/batches?limit=100");
      System.out.printf(
          Locale.ROOT,
          "%-28s %6d s                              goal: %.1f s%n",
          WAVES * CHUNKS_A_WAVE + " chunks, " + CHUNKS_A_WAVE + " at a time",
          times(batches, "completed_at").max() - times(batches, "created_at").min(),
          1.5 * WAVES + 2);
    }
  }

  private record Range(long min, long max) {}

  private static Range times(String json, String field) {
    Matcher found = Pattern.compile("\"" + field + "\"\\s*:\\s*(\\d+)").matcher(json);
    long[] times = found.results().mapToLong(match -> Long.parseLong(match.group(1))).toArray();
    return new Range(
        Arrays.stream(times).min().orElseThrow(), Arrays.stream(times).max().orElseThrow());
  }

  private Path documents(int count) throws IOException {
    Path input = folder.resolve("documents-" + count + ".jsonl");
    Benchmark.generate(count, input);
    return input;
  }

  private String[] job(String command, String name, String... more) {
    return Stream.concat(
            Stream.of(
                command,
                JOB,
                "--staging",
                folder.resolve("staging-" + name).toString(),
                "--set",
                "sink.path=" + folder.resolve("out-" + name).resolve("answers"),
                "--set",
                "failures.path=" + folder.resolve("out-" + name).resolve("failed")),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private long answers(String name) throws IOException {
    long lines = 0;
    Path out = folder.resolve("out-" + name);
    if (Files.isDirectory(out)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(out, "answers-*.jsonl")) {
        for (Path file : files) {
          try (Stream<String> text = Files.lines(file)) {
            lines += text.count();
          }
        }
      }
    }
    return lines;
  }

  private MeasuredProcess measure(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ServedServer.LAUNCHER));
    command.addAll(List.of(args));
    return MeasuredProcess.run(folder.resolve("command-" + commands++), environment, command);
  }

  private Process start(Map<String, String> environment, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(ServedServer.LAUNCHER));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static double cpuSeconds(Process process) {
    return process
        .info()
        .totalCpuDuration()
        .map(Goals::seconds)
        .orElseThrow(() -> new IllegalStateException("the process has ended, or is hidden"));
  }

  private static double seconds(long since) {
    return seconds(Duration.ofNanos(System.nanoTime() - since));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static void print(String what, String goal, MeasuredProcess measured) {
    System.out.printf(
        Locale.ROOT,
        "%-28s %6.2f s  %6.2f CPU s  %4d MB  exit %d  goal: %s%n",
        what,
        seconds(measured.wall()),
        seconds(measured.cpu()),
        measured.peakMegabytes(),
        measured.exitCode(),
        goal);
  }
}
