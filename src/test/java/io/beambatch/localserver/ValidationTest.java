package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch that can't run fails before its first line, and says which lines are to blame. */
class ValidationTest {
  private static final String BODY =
      "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  private LocalServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        LocalServer.start(
            LocalServerSettings.defaults()
                .withMaxRequests(10)
                .withModels(Set.of("gpt-4o", "gpt-4o-mini", "text-embedding-3-small"))
                .withEnqueuedTokenLimit(1_000));
    client = new RawClient(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      nullValues = "-",
      value = {
        "{\"custom_id\":\"a\" | invalid_json_line | -",
        "[1] | invalid_json_line | -",
        "{\"custom_id\":\"a\"} {} | invalid_json_line | -",
        "{\"method\":\"POST\",\"url\":\"URL\",\"body\":BODY} | missing_required_parameter | custom_id",
        "{\"custom_id\":\"a\",\"url\":\"URL\",\"body\":BODY} | missing_required_parameter | method",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"body\":BODY} | missing_required_parameter | url",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\"} | missing_required_parameter | body",
        "{\"custom_id\":\"a\",\"method\":\"GET\",\"url\":\"URL\",\"body\":BODY} | invalid_method | method",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/embeddings\",\"body\":BODY} | invalid_url | url",
        "{\"custom_id\":\"ok\",\"method\":\"POST\",\"url\":\"URL\",\"body\":BODY} | duplicate_custom_id | custom_id",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\",\"body\":{\"messages\":[]}} | invalid_request | body.model",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\",\"body\":{\"model\":\"gpt-4o\"}} | invalid_request | body.messages",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\",\"body\":{\"model\":\"gpt-4o-mini\",\"messages\":[]}} | mismatched_model | body.model",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\",\"body\":{\"model\":\"gpt-0\",\"messages\":[]}} | model_not_found | body.model",
        "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"URL\",\"body\":{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}} | streaming_unsupported | body.stream",
      })
  void namesTheCodeTheFieldAndTheLine(String line, String code, String param) throws Exception {
    JsonNode batch =
        client.run(
            Lines.CHAT,
            List.of(
                Lines.line("ok", Lines.CHAT, BODY),
                line.replace("BODY", BODY).replace("URL", Lines.CHAT)));

    assertThat(batch.get("status").asText()).isEqualTo("failed");
    assertThat(batch.get("failed_at").isNumber()).isTrue();
    assertThat(batch.get("output_file_id").isNull()).isTrue();
    assertThat(batch.at("/errors/object").asText()).isEqualTo("list");
    JsonNode errors = batch.at("/errors/data");
    assertThat(errors).hasSize(1);
    assertThat(errors.get(0).get("code").asText()).isEqualTo(code);
    assertThat(errors.get(0).get("param").textValue()).isEqualTo(param);
    assertThat(errors.get(0).get("line").asInt()).isEqualTo(2);
  }

  @Test
  void reportsEveryBadLine() throws Exception {
    JsonNode batch = client.run(Lines.CHAT, List.of("{", Lines.chat("a"), "", "x"));

    assertThat(batch.at("/errors/data"))
        .extracting(e -> e.get("line").asInt())
        .containsExactly(1, 3, 4);
  }

  @Test
  void refusesAByteOrderMarkAndAnEmptyFile() throws Exception {
    assertThat(codes(client.run(Lines.CHAT, List.of("\uFEFF" + Lines.chat("a")))))
        .containsExactly("invalid_json_line");
    assertThat(codes(client.run(Lines.CHAT, List.of("", "", "")))).containsExactly("empty_file");
  }

  @Test
  void countsRequestsAndEmbeddingInputs() throws Exception {
    assertThat(codes(client.run(Lines.CHAT, Lines.chats(11)))).containsExactly("too_many_tasks");
    assertThat(client.run(Lines.CHAT, Lines.chats(10)).get("status").asText())
        .isEqualTo("completed");
    String inputs =
        "{\"model\":\"text-embedding-3-small\",\"input\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}";
    assertThat(
            codes(
                client.run(
                    "/v1/embeddings",
                    Lines.each(2, i -> Lines.line("e" + i, "/v1/embeddings", inputs)))))
        .containsExactly("too_many_tasks");
  }

  @Test
  void refusesWhatIsOverTheEnqueuedTokenLimit() throws Exception {
    JsonNode batch =
        client.run(Lines.CHAT, List.of(Lines.chat("a", "", "word ".repeat(1_000), "")));

    JsonNode error = batch.at("/errors/data/0");
    assertThat(error.get("code").asText()).isEqualTo("token_limit_exceeded");
    assertThat(error.get("line").isNull()).isTrue();
    assertThat(error.get("message").asText())
        .isEqualTo(
            "Enqueued token limit reached for gpt-4o-mini in organization org-local. Limit: 1,000"
                + " enqueued tokens. Please try again once some in_progress batches have been"
                + " completed.");
  }

  @Test
  void failsABatchWhoseFileWasDeleted() throws Exception {
    try (LocalServer slow =
        LocalServer.start(LocalServerSettings.defaults().withLatency(Duration.ofSeconds(10)))) {
      RawClient slowly = new RawClient(slow);
      String file = slowly.upload(Lines.chats(1));
      String batch = slowly.create(file, Lines.CHAT).json().get("id").asText();
      slowly.delete("/files/" + file);

      JsonNode error = slowly.await(batch).at("/errors/data/0");

      assertThat(error.get("code").asText()).isEqualTo("invalid_request");
      assertThat(error.get("param").asText()).isEqualTo("file_id");
      assertThat(error.get("message").asText()).startsWith("Cannot find file " + file);
    }
  }

  private static List<String> codes(JsonNode batch) {
    List<String> codes = new ArrayList<>();
    batch.at("/errors/data").forEach(error -> codes.add(error.get("code").asText()));
    return codes;
  }
}
