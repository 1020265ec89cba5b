package io.beambatch.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is not asked about where it was not sent. */
@Tag("slow")
class OtherServerTest {
  @TempDir Path folder;

  @Test
  void endsAtOnceAndSaysWhereTheRunWasSent() throws Exception {
    Workplace workplace = new Workplace(folder);
    try (LocalServer first = serve("first");
        LocalServer other = serve("other")) {
      assertThat(end(first, "sk-one", "submit", workplace).exitCode()).isZero();
      String sentTo =
          "error: run a of job sentiment was sent to 127.0.0.1:"
              + first.baseUrl().getPort()
              + "/v1";

      for (String command : List.of("status", "collect", "cancel", "run", "submit")) {
        Said elsewhere = end(other, "sk-one", command, workplace);
        assertThat(elsewhere.exitCode()).as("%s", elsewhere).isEqualTo(2);
        assertThat(elsewhere.err())
            .contains(sentTo)
            .contains("127.0.0.1:" + other.baseUrl().getPort() + "/v1 now: set OPENAI_BASE_URL");
      }
      Said otherKey = end(first, "sk-two", "collect", workplace);
      assertThat(otherKey.exitCode()).isEqualTo(2);
      assertThat(otherKey.err())
          .contains(sentTo + " with another key")
          .contains("OPENAI_API_KEY")
          .doesNotContain("sk-");
      assertThat(other.stats().calls()).as("the other server was asked nothing").isEmpty();

      Said renewed = end(first, "sk-two", "collect", workplace, "--provider-moved");
      assertThat(renewed.exitCode()).as("%s", renewed).isZero();
      assertThat(first.stats().batchesCreated()).isEqualTo(1);
      List<JsonNode> answered = workplace.answered();
      assertThat(answered).hasSize(40);
    }
  }

  private LocalServer serve(String name) throws IOException {
    return LocalServer.start(LocalServerSettings.defaults().withDir(folder.resolve(name)));
  }

  private static Said end(
      LocalServer server, String key, String command, Workplace workplace, String... more) {
    List<String> args =
        new ArrayList<>(workplace.command(command, "pipelines/sentiment.yaml", more));
    args.addAll(List.of("--run", args.contains("--new-run") ? "b" : "a"));
    return Said.by(
        Map.of("OPENAI_BASE_URL", server.baseUrl().toString(), "OPENAI_API_KEY", key), args);
  }
}
