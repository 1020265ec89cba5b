package io.beambatch.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import io.beambatch.cli.Said;
import io.beambatch.cli.Workplace;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The key comes from the environment, and goes to the provider alone: it is in no file and in
 * nothing that is said, whether it is the right one or not. One that stands where no key belongs is
 * refused without being shown.
 */
class AKeyIsShownNowhereTest {
  private static final String RIGHT = "sk-right-6b1f0c4e";
  private static final String WRONG = "sk-wrong-97ad23f5";

  @TempDir Path folder;

  @Test
  @Tag("slow")
  void isInNothingThatIsSaidOrWrittenAndNoDocumentIsInWhatIsSaid() throws Exception {
    Workplace workplace = new Workplace(folder);
    List<String> command = workplace.command("run", "pipelines/sentiment.yaml", "--verbose");
    LocalServerSettings settings = LocalServerSettings.defaults().withApiKey(RIGHT);
    try (LocalServer server = LocalServer.start(settings);
        Program refused = start("refused", server, WRONG, command)) {
      assertThat(refused.end()).isEqualTo(1);
      assertThat(refused.err())
          .contains("error: the provider refuses the key (")
          .contains("check OPENAI_API_KEY")
          .contains("). Set the right one, then")
          .contains("run the same command again to resume");

      Program resumed = start("resumed", server, RIGHT, command);
      assertThat(resumed.end()).as("%s", resumed).isZero();
      assertThat(resumed.err()).contains("resuming run");
    }
    List<JsonNode> answered = workplace.answered();
    assertThat(answered).hasSize(40);
    String said = Files.readString(folder.resolve("resumed.err"));
    assertThat(said).contains("created for chunk");
    for (JsonNode document : answered) {
      assertThat(said).doesNotContain(document.path("text").asText());
    }
    for (Path file : files()) {
      assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
          .as("%s", file)
          .doesNotContain(RIGHT)
          .doesNotContain(WRONG);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "request.headers.Authorization=Bearer geheim123456",
        "request.headers={X-Api-Key: geheim123456}",
        "request.headers={'api-key': \"geheim123456\"}",
        "request.headers={\"x-goog-api-key\": geheim123456}",
        "request.body={api_key: geheim123456, messages: []}",
        "request.base_url=https://user:geheim123456@a.test/v1",
        "request.base_url=https://a.test/v1?api_key=geheim123456"
      })
  void whereNoKeyBelongsItIsRefusedAndNotShown(String set) throws Exception {
    Workplace workplace = new Workplace(folder);

    Said said = Said.by(workplace.command("plan", "pipelines/embeddings.yaml", "--set", set));

    assertThat(said.exitCode()).as("%s", said).isEqualTo(2);
    assertThat(said.out() + said.err()).doesNotContain("geheim");
    assertThat(said.err())
        .containsPattern(
            "\\* --set [^ ]+: request\\.(headers|body|base_url)\\S*: "
                + "(looks like a key|would send a key|must (not carry|be the address))");
  }

  private Program start(String name, LocalServer server, String key, List<String> command)
      throws IOException {
    return Program.start(
        folder.resolve(name),
        Map.of("OPENAI_BASE_URL", server.baseUrl().toString(), "OPENAI_API_KEY", key),
        command);
  }

  /** What the program said is among them. */
  private List<Path> files() throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> files = found.filter(Files::isRegularFile).toList();
      assertThat(files).hasSizeGreaterThan(10);
      return files;
    }
  }
}
