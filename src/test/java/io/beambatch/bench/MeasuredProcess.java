package io.beambatch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a command took: time, CPU time of all its threads, and the most memory that it held. The
 * shell's {@code time} counts the CPU time, so that nothing after the last look is missed.
 *
 * @param firstLine after how long it had said something on its standard error, or null if nothing
 */
record MeasuredProcess(
    int exitCode, Duration wall, Duration cpu, long peakMegabytes, Duration firstLine) {
  private static final String TIMED =
      "TIMEFORMAT='%U %S'; { time \"$@\" >\"$OUT\" 2>\"$ERR\"; } 2>\"$TIMES\"";

  /**
   * Runs a command to its end.
   *
   * @param logs the beginning of the names of the files that take what it says
   */
  static MeasuredProcess run(Path logs, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path err = Path.of(logs + ".err");
    Path times = Path.of(logs + ".times");
    List<String> words = new ArrayList<>(List.of("bash", "-c", TIMED, "bash"));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    builder.environment().put("OUT", logs + ".out");
    builder.environment().put("ERR", err.toString());
    builder.environment().put("TIMES", times.toString());
    Files.deleteIfExists(err);
    long start = System.nanoTime();
    Process process = builder.start();
    long peak = 0;
    Duration firstLine = null;
    while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
      for (ProcessHandle child : process.descendants().toList()) {
        peak = Math.max(peak, Benchmark.peakKilobytes(child.pid()));
      }
      if (firstLine == null && Files.exists(err) && Files.size(err) > 0) {
        firstLine = since(start);
      }
    }
    Duration wall = since(start);
    String[] cpu = Files.readString(times).strip().split(" ", -1);
    double seconds = Double.parseDouble(cpu[0]) + Double.parseDouble(cpu[1]);
    return new MeasuredProcess(
        process.exitValue(),
        wall,
        Duration.ofMillis((long) (1000 * seconds)),
        peak / 1024,
        firstLine);
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
