package io.beambatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.error.ExitCode;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidateCommandTest {
  private static final String JOB = "pipelines/sentiment.yaml";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"openai", "anthropic", "gemini"})
  void showsTheFirstRequestsAsTheyWouldBeSentAndSendsNone(String provider) throws Exception {
    Said said = validate("--local", "--set", "request.provider=" + provider);

    assertThat(said.exitCode()).as("%s", said).isZero();
    List<JsonNode> requests = requests(said);
    assertThat(requests).hasSize(3);
    String first = Files.readAllLines(Path.of("test-data/reviews.jsonl")).get(0);
    String text = Workplace.JSON.readTree(first).path("text").asText();
    assertThat(requests.get(0).toString())
        .contains(Workplace.JSON.writeValueAsString(text).replaceAll("^\"|\"$", ""));
    assertThat(said.out()).contains("request 1 of 40\n").endsWith("sentiment: a run can begin\n");
    // The server's memory alone: neither a run nor a batch.
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(Path::toString))
          .noneMatch(file -> file.contains("sentiment") || file.contains("batch_"));
    }
  }

  @Test
  void showsAsManyAsAskedFor() throws Exception {
    assertThat(requests(validate("--local", "--show", "5", "--set", "limits.requests=2")))
        .hasSize(5);
    assertThat(requests(validate("--local", "--show", "0"))).isEmpty();
    assertThat(requests(validate("--local", "--show", "100"))).hasSize(40);
    Said less = validate("--local", "--show", "-1");
    assertThat(less.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(less.err()).startsWith("error: --show: -1 is less than 0\n");
  }

  @Test
  void endsAsARunWouldThatFailsByItsDocuments() throws Exception {
    Path documents =
        Files.writeString(folder.resolve("in.jsonl"), "{\"id\":1,\"text\":\"good\"}\n{\"id\":2}\n");
    Said said =
        validate("--local", "--set", "source.path=" + documents, "--set", "retry.max_failed=0");

    assertThat(said.exitCode()).as("%s", said).isEqualTo(ExitCode.TOO_MANY_FAILED);
    assertThat(said.out()).contains("invalid_document 1\n");
    assertThat(said.err()).contains("a run would end with 3");
    assertThat(said.out()).doesNotContain("can begin");
  }

  @Test
  void endsWithAnErrorWhereTheProviderRefusesTheKey() throws Exception {
    try (LocalServer server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withDir(folder.resolve("server"))
                .withApiKey("another-key-than-ours"))) {
      Said said =
          validate(
              "--set", "request.base_url=" + server.baseUrl(), "--set", "request.provider=openai");

      assertThat(said.exitCode()).as("%s", said).isNotZero();
      assertThat(said.err()).contains("key").doesNotContain("another-key-than-ours");
      assertThat(said.out()).doesNotContain("can begin");
    }
  }

  private Said validate(String... more) {
    return Said.by(new Workplace(folder).command("validate", JOB, more));
  }

  private static List<JsonNode> requests(Said said) throws Exception {
    assertThat(said.exitCode()).as("%s", said).isZero();
    List<JsonNode> requests = new ArrayList<>();
    for (String line : said.out().lines().filter(line -> line.startsWith("{")).toList()) {
      requests.add(Workplace.JSON.readTree(line));
    }
    return requests;
  }
}
