package io.beambatch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code serve} in another process, for commands that are measured. */
record ServedServer(Process process, String url) implements AutoCloseable {
  static final String LAUNCHER = "target/dist/bin/beam-batch-inference";

  private static final Pattern ANSWERED = Pattern.compile("\"lines_answered\"\\s*:\\s*(\\d+)");

  /**
   * Starts a server on a free port.
   *
   * @param more options of {@code serve}
   */
  static ServedServer start(Path dir, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(LAUNCHER, "serve", "--port", "0", "--dir", dir.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    String first = Optional.ofNullable(lines.readLine()).orElse("");
    Matcher url = Pattern.compile("https?://\\S+").matcher(first);
    if (!url.find()) {
      throw new IOException("serve said '" + first + "'");
    }
    return new ServedServer(process, url.group());
  }

  Map<String, String> environment() {
    return Map.of("OPENAI_BASE_URL", url, "OPENAI_API_KEY", "local");
  }

  /**
   * Sends a call.
   *
   * @param call its path, from the server's root
   */
  String get(String call) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url).resolve(call))
            .header("Authorization", "Bearer a")
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  /** How many requests it has answered. */
  long answered() throws IOException, InterruptedException {
    Matcher answered = ANSWERED.matcher(get("/_stats"));
    if (!answered.find()) {
      throw new IOException("the server's statistics don't say how many lines it answered");
    }
    return Long.parseLong(answered.group(1));
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
