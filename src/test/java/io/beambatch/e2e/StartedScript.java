package io.beambatch.e2e;

import io.beambatch.cli.Program;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.FaultText;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
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
  private final LocalServer server;
  private int started;

  /** Starts the server. Its first batch expires, so that there is something to be sent again. */
  StartedScript(Path folder) throws Exception {
    this.folder = folder;
    workplace = new Workplace(folder);
    server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(folder.resolve("served"))
                .withFaults(FaultText.parse("batch:expire:1")));
  }

  Workplace workplace() {
    return workplace;
  }

  URI baseUrl() {
    return server.baseUrl();
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
  public void close() throws IOException {
    server.close();
  }
}
