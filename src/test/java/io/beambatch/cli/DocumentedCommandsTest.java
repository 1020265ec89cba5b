package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of the documents, pasted as they stand there. */
@Tag("slow")
class DocumentedCommandsTest {
  @TempDir Path folder;

  @Test
  void roundTripWithCurlEndsWithTheAnswer() throws Exception {
    assumeTrue(isInstalled("curl") && isInstalled("jq"), "curl and jq are installed");
    String document = Files.readString(Path.of("docs/local-server.md"));
    Matcher block =
        Pattern.compile("## A round trip with curl\n+```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(document);
    assertThat(block.find()).isTrue();
    LocalServerSettings slow =
        LocalServerSettings.defaults()
            .withDir(folder.resolve("server"))
            .withLatency(Duration.ofSeconds(2));
    try (LocalServer server = LocalServer.start(slow)) {
      String script = block.group(1).replace("8080", String.valueOf(server.baseUrl().getPort()));
      File said = folder.resolve("said").toFile();

      Process shell =
          new ProcessBuilder("sh", "-c", script)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(said)
              .start();

      assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(said)
          .content(StandardCharsets.UTF_8)
          .contains("\"status\": \"completed\"")
          .contains("\"completed\": 1")
          .contains("\"custom_id\":\"r-1\"")
          .contains("positive");
    }
  }

  private static boolean isInstalled(String program) throws IOException {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
