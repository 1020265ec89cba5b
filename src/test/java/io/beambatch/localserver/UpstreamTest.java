package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that a real-time server answers. */
class UpstreamTest {
  private @TempDir Path dir;
  private RealTimeServer upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = new RealTimeServer();
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void answersEveryLineOnceSeveralAtATimeAndAsksAgainAfterErrorsThatPass() throws Exception {
    upstream.failFirst(6);
    upstream.answerFromCallersOn(4);
    try (LocalServer server = LocalServer.start(settings(4))) {
      RawClient client = new RawClient(server);
      List<String> lines = new ArrayList<>(questions(40));
      lines.add(question("refused", "refuse"));

      JsonNode batch = client.run(Lines.CHAT, lines);

      assertThat(batch.get("status").asText()).isEqualTo("completed");
      assertThat(batch.at("/request_counts/completed").asInt()).isEqualTo(40);
      assertThat(batch.at("/request_counts/failed").asInt()).isEqualTo(1);
      assertThat(batch.at("/usage/total_tokens").asInt()).isEqualTo(40 * 9);
      Map<String, JsonNode> results = client.results(batch, "output_file_id");
      assertThat(results).hasSize(40);
      assertThat(results.get("r-7").at("/response/body/choices/0/message/content").asText())
          .isEqualTo("QUESTION 7");
      assertThat(String.join("", client.lines(batch, "output_file_id")))
          .contains("\"score\":0.10}");
      JsonNode refused = client.results(batch, "error_file_id").get("refused");
      assertThat(refused.at("/response/status_code").asInt()).isEqualTo(400);
      assertThat(refused.at("/response/body/error/message").asText()).isEqualTo("no such thing");
      assertThat(upstream.answered()).hasSize(40);
      assertThat(upstream.answered().values()).allMatch(times -> times.get() == 1);
      assertThat(upstream.mostAtOnce()).isEqualTo(4);
    }
  }

  @Test
  void cancelsWithWhatWasAnswered() throws Exception {
    upstream.allow(5);
    try (LocalServer server = LocalServer.start(settings(2))) {
      RawClient client = new RawClient(server);
      String id = client.create(client.upload(questions(20)), Lines.CHAT).json().get("id").asText();
      Awaitility.await().until(() -> upstream.answered().size() == 5);
      client.post("/batches/" + id + "/cancel", "");
      upstream.allow(1_000);

      JsonNode batch = client.await(id, "cancelled");

      int answered = client.results(batch, "output_file_id").size();
      assertThat(answered).isBetween(5, 7).isEqualTo(upstream.answered().size());
      assertThat(client.results(batch, "error_file_id")).hasSize(20 - answered);
    }
  }

  private LocalServerSettings settings(int concurrency) {
    return LocalServerSettings.defaults()
        .withDir(dir)
        .withUpstream(new Upstream(upstream.baseUrl(), concurrency, null));
  }

  private static List<String> questions(int count) {
    return IntStream.range(0, count).mapToObj(i -> question("r-" + i, "question " + i)).toList();
  }

  private static String question(String customId, String question) {
    return Lines.line(
        customId,
        Lines.CHAT,
        "{\"model\":\"llama3\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(question));
  }
}
