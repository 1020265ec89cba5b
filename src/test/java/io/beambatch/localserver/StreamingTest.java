package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Size costs disk, not memory. */
class StreamingTest {
  private static final long MB = 1 << 20;

  @Test
  void takesLinesThatAreLongerThanItsBuffers(@TempDir Path dir) throws Exception {
    Path input = input(dir, 3, 2_000_000);
    try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
      JsonNode batch = run(server, input);

      assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(3);
      assertThat(batch.at("/usage/input_tokens").asLong()).isGreaterThan(1_400_000);
    }
  }

  /** More bytes than there is heap pass through the server, several times. */
  @Test
  @Tag("slow")
  void worksThroughLargeFilesInASmallHeap(@TempDir Path dir) throws Exception {
    Path input = input(dir, 50_000, 4_000);
    assertThat(Files.size(input)).isBetween(190 * MB, 209_715_200L);
    try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
      for (int i = 0; i < 6; i++) {
        JsonNode batch = run(server, input);
        assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(50_000);
      }
      assertThat(Runtime.getRuntime().maxMemory()).isLessThan(6 * Files.size(input));
    }
  }

  private static JsonNode run(LocalServer server, Path input)
      throws IOException, InterruptedException {
    RawClient client = new RawClient(server);
    RawClient.Reply upload =
        client.upload("in.jsonl", Map.of("purpose", "batch"), BodyPublishers.ofFile(input));
    assertThat(upload.json().get("bytes").asLong()).isEqualTo(Files.size(input));
    String file = upload.json().get("id").asText();
    return client.await(client.create(file, Lines.CHAT).json().get("id").asText());
  }

  private static Path input(Path dir, int lines, int chars) throws IOException {
    Path input = dir.resolve("input.jsonl");
    String text = "All is well. ".repeat(chars / 13);
    try (BufferedWriter out = Files.newBufferedWriter(input)) {
      for (int i = 0; i < lines; i++) {
        out.write(Lines.chat("r-" + i, "", text, ""));
        out.newLine();
      }
    }
    return input;
  }
}
