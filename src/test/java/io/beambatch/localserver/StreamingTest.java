package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.cli.Program;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Size costs disk, not memory. */
class StreamingTest {
  private static final long MB = 1 << 20;
  private static final int HEAP_MB = 32;

  @Test
  void takesLinesThatAreLongerThanItsBuffers(@TempDir Path dir) throws Exception {
    Path input = input(dir, 3, 2_000_000);
    try (LocalServer server = LocalServer.start(LocalServerSettings.defaults())) {
      JsonNode batch = run(new RawClient(server), input);

      assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(3);
      assertThat(batch.at("/usage/input_tokens").asLong()).isGreaterThan(1_400_000);
    }
  }

  /** What it takes in is twice its heap. */
  @Test
  @Tag("slow")
  void worksThroughLargeFilesInASmallHeap(@TempDir Path dir) throws Exception {
    Path input = input(dir, 17_000, 4_000);
    assertThat(Files.size(input)).isGreaterThan(2 * HEAP_MB * MB);
    try (Program server =
        Program.start(
            dir.resolve("serve"),
            Map.of("JAVA_OPTS", "-Xmx" + HEAP_MB + "m"),
            List.of("serve", "--port", "0", "--dir", dir.resolve("served").toString()))) {
      JsonNode batch = run(new RawClient(server.servedUrl()), input);

      assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(17_000);
    }
  }

  private static JsonNode run(RawClient client, Path input)
      throws IOException, InterruptedException {
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
