package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program on a pseudo-terminal, as somebody sees it who sits in front of it. */
@Tag("slow")
class TerminalTest {
  private static final String CTRL_C = "\u0003";
  private static final Map<String, String> KEY = Map.of("OPENAI_API_KEY", "any");
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void saysOnCtrlCWhatGoesOnAndHowToResumeIt() throws Exception {
    try (Terminal terminal = Terminal.open(job("--fault", "batch:stuck:1"))) {
      terminal.await("waiting: 1 of 1 batches submitted, 0 ended");
      terminal.type(CTRL_C);

      assertThat(terminal.end()).as(terminal.text()).isEqualTo(130);
      assertThat(terminal.text())
          .contains("Ctrl-C is safe: the state is kept")
          .doesNotContain("hours")
          .contains("stopped: run ")
          .contains("1 batch of the embedded server")
          .contains("to resume:  ")
          .contains("to cancel:  ");
    }
  }

  @Test
  void redrawsOneLineAndLeavesNothingOfIt() throws Exception {
    try (Terminal terminal = Terminal.open(job())) {
      assertThat(terminal.end()).as(terminal.text()).isZero();

      String text = terminal.text();
      assertThat(text).contains("\r0:00:").contains("documents          40");
      String lastDrawn = text.substring(text.lastIndexOf("\u001b[K") + "\u001b[K".length());
      assertThat(lastDrawn).startsWith("run ");
    }
    try (Terminal status = Terminal.open(words("status", List.of()));
        Terminal runs = Terminal.open(runs())) {
      for (Terminal terminal : List.of(status, runs)) {
        assertThat(terminal.end()).as(terminal.text()).isZero();
        // Documents, answered, failed; or answered, failed, total.
        assertThat(terminal.text()).containsPattern("40 +(40 +0|0 +40)");
        // A path can't be broken, be it alone or behind its name.
        assertThat(terminal.text().lines())
            .allMatch(line -> line.length() <= 80 || line.strip().split(" +").length <= 2);
      }
    }
  }

  private List<String> runs() {
    List<String> args = new ArrayList<>(Program.words());
    args.addAll(List.of("runs", "--staging", new Workplace(folder).staging().toString()));
    return args;
  }

  @Test
  void redrawsATableOfTheBatchesWhileTheyAreWatched() throws Exception {
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(folder.resolve("served"))
                .withFaults(FaultText.parse("batch:stuck:100%")))) {
      List<String> setting =
          List.of("--set", "request.base_url=" + server.baseUrl(), "--set", "poll.interval=200ms");
      Said submit = Said.by(KEY, args("submit", setting));
      assertThat(submit.exitCode()).as("%s", submit).isZero();
      List<String> watching = new ArrayList<>(setting);
      watching.add("--watch");
      try (Terminal terminal = Terminal.open(words("status", watching))) {
        terminal.await("\u001b[J");
        Said cancel = Said.by(KEY, args("cancel", setting));
        assertThat(cancel.exitCode()).as("%s", cancel).isZero();
        assertThat(terminal.end()).as(terminal.text()).isZero();

        assertThat(terminal.text())
            .contains("a1-c00000  in_progress [", " expires in", "23h")
            .containsPattern("\u001b\\[[0-9]+A\u001b\\[J");
        assertThat(terminal.text().lines())
            .filteredOn(line -> line.startsWith("a1-"))
            .allMatch(line -> line.length() < 80);
      }
    }
  }

  private List<String> words(String command, List<String> more) {
    List<String> args = new ArrayList<>(List.of("env", "OPENAI_API_KEY=any"));
    args.addAll(Program.words());
    args.addAll(args(command, more));
    return args;
  }

  private List<String> args(String command, List<String> more) {
    return new Workplace(folder)
        .command(command, "pipelines/sentiment.yaml", more.toArray(String[]::new));
  }

  private List<String> job(String... more) {
    List<String> args = new ArrayList<>(Program.words());
    args.addAll(new Workplace(folder).command("run", "pipelines/sentiment.yaml", more));
    args.add("--local");
    return args;
  }

  /** A command on a pseudo-terminal of its own. */
  private record Terminal(Process process, Output output) implements AutoCloseable {

    static Terminal open(List<String> words) throws IOException {
      String command =
          words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
      ProcessBuilder builder =
          new ProcessBuilder("script", "-qefc", command, "/dev/null").redirectErrorStream(true);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().put("TERM", "xterm");
      Process process = builder.start();
      return new Terminal(process, new Output(process));
    }

    void await(String text) {
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(output.text() + process.isAlive()).contains(text));
    }

    void type(String keys) throws IOException {
      OutputStream keyboard = process.getOutputStream();
      keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    }

    int end() throws InterruptedException {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(text()).isTrue();
      output.await();
      return process.exitValue();
    }

    String text() {
      return output.text();
    }

    @Override
    public void close() {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** What a process has written so far. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;

    Output(Process process) {
      reader = new Thread(() -> read(process), "terminal");
      reader.start();
    }

    private void read(Process process) {
      byte[] buffer = new byte[8192];
      try {
        for (int read = process.getInputStream().read(buffer);
            read >= 0;
            read = process.getInputStream().read(buffer)) {
          append(new String(buffer, 0, read, StandardCharsets.UTF_8));
        }
      } catch (IOException e) {
        append(e.toString());
      }
    }

    private synchronized void append(String more) {
      text.append(more);
    }

    synchronized String text() {
      return text.toString();
    }

    void await() throws InterruptedException {
      reader.join();
    }
  }
}
