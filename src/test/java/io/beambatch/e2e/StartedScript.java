package io.beambatch.e2e;

import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A shell script that starts the packaged program, as a scheduler would, with a server of its own.
 */
final class StartedScript implements AutoCloseable {
  private final Path folder;
  private final Workplace workplace;
  private final Program server;
  private final URI baseUrl;
  private int started;

  /** Starts the server. Its first batch expires, so that there is something to be sent again. */
  StartedScript(Path folder) throws Exception {
    this.folder = folder;
    workplace = new Workplace(folder);
    server = Program.serve(folder, "--latency", "1s", "--fault", "batch:expire:1");
    baseUrl = server.servedUrl();
  }

  Workplace workplace() {
    return workplace;
  }

  URI baseUrl() {
    return baseUrl;
  }

  /** Starts the script, and returns its exit code. */
  int start(List<String> command, Map<String, String> environment) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("BEAMBATCH_COMMAND", String.join(" ", Program.words()));
    try (Program script =
        Program.start(folder, folder.resolve("script-" + ++started), all, command)) {
      return script.end();
    }
  }

  /** What the newest start said. */
  String said() throws IOException {
    return Files.readString(folder.resolve("script-" + started + ".out"))
        + Files.readString(folder.resolve("script-" + started + ".err"));
  }

  @Override
  public void close() {
    server.close();
  }
}
