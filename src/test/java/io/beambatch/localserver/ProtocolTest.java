package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.beambatch.localserver.RawClient.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Headers, errors and limits, in plain HTTP. */
class ProtocolTest {
  private static final String ORDER =
      "{\"input_file_id\":\"file-1\",\"endpoint\":\"/v1/responses\",\"completion_window\":\"24h\"%s}";

  private LocalServer server;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults().withCreatesPerHour(3));
    client = new RawClient(server);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void namesEveryReply() throws Exception {
    Reply good = client.get("/files");
    Reply bad = client.get("/files/none");

    assertThat(good.header("x-request-id")).matches("req_[0-9a-f]{32}");
    assertThat(bad.header("x-request-id"))
        .matches("req_[0-9a-f]{32}")
        .isNotEqualTo(good.header("x-request-id"));
    assertThat(good.header("x-ratelimit-limit-requests")).matches("\\d+");
    assertThat(good.header("x-ratelimit-remaining-requests")).matches("\\d+");
    assertThat(good.header("x-ratelimit-reset-requests")).matches("[\\d.]+m?s");
    assertThat(good.header("content-type")).startsWith("application/json");
  }

  @Test
  void refusesCallsWithoutAKey() throws Exception {
    Reply reply =
        client.send(HttpRequest.newBuilder(URI.create(server.baseUrl() + "/batches")).build());

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.json().at("/error/message").asText())
        .startsWith("You didn't provide an API key.");
    assertThat(reply.header("x-request-id")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | input_file_id | missing_required_parameter | Missing required parameter: 'input_file_id'.",
        "{\"input_file_id\":\"f\",\"endpoint\":\"/v1/chat\"} | endpoint | invalid_value | Invalid value: '/v1/chat'. Supported values are: '/v1/chat/completions', '/v1/responses'",
        "{\"input_file_id\":\"f\",\"endpoint\":\"/v1/responses\",\"completion_window\":\"1h\"} | completion_window | invalid_value | Invalid value: '1h'. Supported values are: '24h'.",
        "{\"input_file_id\":7} | input_file_id | invalid_type | Invalid type for 'input_file_id': expected a string, but got an integer instead.",
        "{\"oops\":7} | oops | unknown_parameter | Unknown parameter: 'oops'.",
      })
  void saysWhatIsWrongWithACreation(String body, String param, String code, String message)
      throws Exception {
    JsonNode error = error(client.post("/batches", body), 400);

    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").asText()).isEqualTo(param);
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("message").asText()).startsWith(message);
  }

  @Test
  void saysThatAFileIsNotThere() throws Exception {
    JsonNode error = error(client.post("/batches", ORDER.formatted("")), 400);

    assertThat(error.get("message").asText())
        .startsWith("Cannot find file file-1, or project ")
        .endsWith("does not have access to it.");
    assertThat(error.get("param").asText()).isEqualTo("file_id");
  }

  @Test
  void holdsMetadataToItsRules() throws Exception {
    assertMetadata("{\"k\":1}", "metadata.k", "invalid_type");
    assertMetadata("[]", "metadata", "invalid_type");
    assertMetadata("{\"" + "k".repeat(65) + "\":\"v\"}", "metadata", "string_above_max_length");
    assertMetadata("{\"k\":\"" + "v".repeat(513) + "\"}", "metadata.k", "string_above_max_length");
    String many = String.join(",", Lines.each(17, i -> "\"k" + i + "\":\"v\""));
    assertMetadata("{" + many + "}", "metadata", "object_above_max_properties");
  }

  @Test
  void echoesMetadata() throws Exception {
    String file = client.upload(Lines.chats(1));
    String body =
        ORDER
            .formatted(",\"metadata\":{\"key\":\"c-7\",\"tokens\":\"12\"}")
            .replace("file-1", file)
            .replace("/v1/responses", Lines.CHAT);
    String id = client.post("/batches", body).json().get("id").asText();

    JsonNode listed = client.get("/batches?limit=100").json().at("/data/0");
    assertThat(listed.get("id").asText()).isEqualTo(id);
    assertThat(listed.get("metadata").toString()).isEqualTo("{\"key\":\"c-7\",\"tokens\":\"12\"}");
  }

  @Test
  void limitsTheCreationsOfAnHour() throws Exception {
    String file = client.upload(Lines.chats(1));
    for (int i = 0; i < 3; i++) {
      assertThat(client.create(file, Lines.CHAT).status()).isEqualTo(200);
    }

    Reply reply = client.create(file, Lines.CHAT);

    assertThat(error(reply, 429).get("code").asText()).isEqualTo("rate_limit_exceeded");
    assertThat(Integer.parseInt(reply.header("retry-after"))).isBetween(3_500, 3_601);
    assertThat(client.get("/batches").json().get("data")).hasSize(3);
  }

  @Test
  void refusesListsWithBadParameters() throws Exception {
    assertThat(error(client.get("/batches?limit=101"), 400).get("code").asText())
        .isEqualTo("integer_above_max_value");
    assertThat(error(client.get("/files?limit=x"), 400).get("code").asText())
        .isEqualTo("invalid_type");
    assertThat(error(client.get("/files?order=up"), 400).get("param").asText()).isEqualTo("order");
    error(client.get("/batches?after=batch_none"), 404);
  }

  @Test
  void listsFilesInEitherOrderAndByPurpose() throws Exception {
    String first = client.upload(Lines.chats(1));
    String second = client.upload(Lines.chats(1));

    JsonNode page = client.get("/files?order=asc&limit=1&purpose=batch").json();
    assertThat(page.get("first_id").asText()).isEqualTo(first);
    assertThat(page.get("has_more").asBoolean()).isTrue();
    JsonNode next = client.get("/files?order=asc&limit=1&after=" + first).json();
    assertThat(next.get("last_id").asText()).isEqualTo(second);
    assertThat(next.get("has_more").asBoolean()).isFalse();
    assertThat(client.get("/files?purpose=vision").json().get("data")).isEmpty();
  }

  @Test
  void refusesUploadsThatAreNotWhatTheySay() throws Exception {
    assertThat(message(upload(Map.of("purpose", "batch"), "in.txt")))
        .isEqualTo("Invalid file format for Batch API. Must be .jsonl");
    assertThat(message(upload(Map.of("purpose", "party"), "in.jsonl")))
        .startsWith("'party' is not one of");
    assertThat(message(upload(Map.of(), "in.jsonl"))).isEqualTo("'purpose' is a required property");
    assertThat(
            message(
                upload(
                    Map.of(
                        "purpose", "batch",
                        "expires_after[anchor]", "created_at",
                        "expires_after[seconds]", "60"),
                    "in.jsonl")))
        .startsWith("Invalid 'expires_after[seconds]': integer below minimum value.");
    Reply notMultipart = client.post("/files", "{}");
    assertThat(notMultipart.status()).isEqualTo(400);
    Reply cut =
        client.send(
            client
                .request("/files")
                .header("Content-Type", "multipart/form-data; boundary=xx")
                .POST(BodyPublishers.ofString("--xx\r\nContent-Disposition: form-data"))
                .build());
    assertThat(cut.status()).isEqualTo(400);
    assertThat(client.get("/files").json().get("data")).isEmpty();
  }

  @Test
  void takesAnExpiryWithAnUpload() throws Exception {
    Reply reply =
        upload(
            Map.of(
                "purpose", "batch",
                "expires_after[anchor]", "created_at",
                "expires_after[seconds]", "3600"),
            "in.jsonl");

    assertThat(reply.json().get("expires_at").asLong() - reply.json().get("created_at").asLong())
        .isEqualTo(3600);
  }

  @Test
  void writesRefusedLinesToTheErrorFileAndNoOutputFileIfAllAreRefused() throws Exception {
    JsonNode batch =
        client.run(
            Lines.CHAT,
            List.of(
                Lines.chat("a", "", "Hi", ",\"max_tokens\":0"),
                Lines.chat("b", "", "Hi", ",\"temperature\":3")));

    assertThat(batch.get("status").asText()).isEqualTo("completed");
    assertThat(batch.get("output_file_id").isNull()).isTrue();
    assertThat(batch.at("/request_counts/failed").asInt()).isEqualTo(2);
    Map<String, JsonNode> errors = client.results(batch, "error_file_id");
    assertThat(errors.get("a").at("/response/status_code").asInt()).isEqualTo(400);
    assertThat(errors.get("a").at("/response/body/error/code").asText())
        .isEqualTo("integer_below_min_value");
    assertThat(errors.get("a").get("error").isNull()).isTrue();
    assertThat(errors.get("b").at("/response/body/error/code").asText())
        .isEqualTo("decimal_above_max_value");
  }

  @Test
  void tellsUnknownPathsAndListsModels() throws Exception {
    assertThat(error(client.get("/nowhere"), 404).get("message").asText())
        .isEqualTo("Invalid URL (GET /v1/nowhere)");
    assertThat(client.get("/models").json().at("/data/0/object").asText()).isEqualTo("model");
  }

  @Test
  void letsNoSecondServerUseItsFolder(@TempDir Path dir) throws Exception {
    LocalServerSettings settings = LocalServerSettings.defaults().withDir(dir);
    try (LocalServer first = LocalServer.start(settings)) {
      assertThat(first.port()).isPositive();
      assertThatThrownBy(() -> LocalServer.start(settings))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Another local server uses the folder");
    }
  }

  @Test
  void saysThatAPortIsTaken() {
    assertThatThrownBy(
            () -> LocalServer.start(LocalServerSettings.defaults().withPort(server.port())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Port " + server.port() + " is taken");
  }

  private void assertMetadata(String metadata, String param, String code) throws Exception {
    JsonNode error =
        error(client.post("/batches", ORDER.formatted(",\"metadata\":" + metadata)), 400);
    assertThat(error.get("param").asText()).isEqualTo(param);
    assertThat(error.get("code").asText()).isEqualTo(code);
  }

  private Reply upload(Map<String, String> fields, String filename) throws Exception {
    return client.upload(filename, fields, BodyPublishers.ofString(Lines.chat("a")));
  }

  private static String message(Reply reply) throws IOException {
    return error(reply, 400).get("message").asText();
  }

  private static JsonNode error(Reply reply, int status) throws IOException {
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(status);
    return reply.json().get("error");
  }
}
