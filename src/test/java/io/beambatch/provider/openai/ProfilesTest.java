package io.beambatch.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.beambatch.emulator.PromptReplies;
import io.beambatch.localserver.LocalServer;
import io.beambatch.localserver.LocalServerSettings;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchProvider;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.InputFile;
import io.beambatch.provider.ProviderApi;
import io.beambatch.provider.ProviderSettingsException;
import io.beambatch.provider.Submission;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Providers of OpenAI's shape, by what their documents show. */
class ProfilesTest {
  private static final String LINE =
      "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}}\n";

  private static final String LINE_WITHOUT_MODEL =
      "{\"custom_id\":\"a\",\"body\":{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}}\n";

  @StartStop final MockWebServer server = PromptReplies.server();

  static Stream<ProviderApi> shapedLikeOpenAi() {
    return Stream.of(
        OpenAiApi.INSTANCE,
        OpenAiApi.AZURE,
        OpenAiApi.GROQ,
        OpenAiApi.TOGETHER,
        OpenAiApi.DEEPINFRA,
        OpenAiApi.DOUBLEWORD,
        OpenAiApi.MISTRAL);
  }

  @ParameterizedTest
  @MethodSource("shapedLikeOpenAi")
  void takeABatchFromItsUploadToItsResults(ProviderApi api) throws Exception {
    String line = api.frame("/v1/chat/completions").modelInBody() ? LINE : LINE_WITHOUT_MODEL;
    try (LocalServer local = LocalServer.start(LocalServerSettings.defaults());
        BatchProvider provider =
            api.connect(local.baseUrl().toString(), Map.of(), Map.of(api.keyVariable(), "any"))) {
      InputFile file = provider.upload(upload(line));
      Batch created = provider.create(submission(file));
      local.awaitBatches(Duration.ofSeconds(30));
      Batch ended = provider.list(null, 100).batches().get(0);

      assertThat(ended.id()).isEqualTo(created.id());
      assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(ended.inputFileId()).isEqualTo(file.id());
      assertThat(ended.key()).isEqualTo(api == OpenAiApi.TOGETHER ? null : "run/c-1");
      assertThat(
              new String(
                  provider.download(Objects.requireNonNull(ended.outputFileId())).readAllBytes(),
                  StandardCharsets.UTF_8))
          .contains("\"custom_id\":\"a\"");
    }
  }

  @Test
  void readTogethersEnvelopeAndItsListWithoutPages() throws Exception {
    String job =
        "{\"id\":\"b-1\",\"user_id\":\"u\",\"input_file_id\":\"file-1\",\"file_size_bytes\":10,\"status\":\"%s\",\"job_deadline\":\"2026-11-27T10:00:00Z\",\"created_at\":\"2026-11-26T10:00:00Z\",\"endpoint\":\"/v1/chat/completions\",\"progress\":75,\"model_id\":\"m\",\"output_file_id\":%s,\"error_file_id\":null,\"error\":\"\",\"completed_at\":null}";
    reply("{\"job\":" + job.formatted("VALIDATING", "null") + ",\"warning\":\"\"}");
    reply(
        "["
            + job.formatted("IN_PROGRESS", "null")
            + ","
            + job.formatted("COMPLETED", "\"o\"")
            + "]");
    try (BatchProvider provider = connect(OpenAiApi.TOGETHER)) {
      Batch created =
          provider.create(submission(new InputFile("file-1", "in.jsonl", java.time.Instant.EPOCH)));
      List<Batch> listed = provider.list(null, 100).batches();

      assertThat(created.id()).isEqualTo("b-1");
      assertThat(created.status()).isEqualTo(BatchStatus.VALIDATING);
      assertThat(created.inputFileId()).isEqualTo("file-1");
      assertThat(listed)
          .extracting(Batch::status)
          .containsExactly(BatchStatus.IN_PROGRESS, BatchStatus.COMPLETED);
      assertThat(Objects.requireNonNull(server.takeRequest().getBody()).utf8())
          .doesNotContain("metadata");
    }
  }

  @Test
  void createAndReadMistralsJobs() throws Exception {
    String job =
        "{\"id\":\"5b1\",\"object\":\"batch\",\"input_files\":[\"f-1\"],\"metadata\":{\"beambatch_key\":\"run/c-1\"},\"endpoint\":\"/v1/chat/completions\",\"model\":\"mistral-small-latest\",\"output_file\":%s,\"error_file\":null,\"errors\":[{\"message\":\"odd\",\"count\":2}],\"status\":\"%s\",\"created_at\":1732000000,\"started_at\":null,\"completed_at\":null,\"total_requests\":3,\"completed_requests\":3,\"succeeded_requests\":1,\"failed_requests\":2}";
    reply(job.formatted("null", "QUEUED"));
    reply(
        "{\"data\":[%s],\"object\":\"list\",\"total\":1}"
            .formatted(job.formatted("\"o\"", "SUCCESS")));
    reply(job.formatted("null", "TIMEOUT_EXCEEDED"));
    reply(job.formatted("null", "CANCELLATION_REQUESTED"));
    try (BatchProvider provider = connect(OpenAiApi.MISTRAL)) {
      provider.create(submission(new InputFile("f-1", "in.jsonl", java.time.Instant.EPOCH)));
      Batch listed = provider.list(null, 100).batches().get(0);

      RecordedRequest create = server.takeRequest();
      assertThat(create.getTarget()).isEqualTo("/v1/batch/jobs");
      assertThat(Objects.requireNonNull(create.getBody()).utf8())
          .isEqualTo(
              "{\"input_files\":[\"f-1\"],\"endpoint\":\"/v1/chat/completions\",\"model\":\"m\",\"timeout_hours\":24,\"metadata\":{\"beambatch_key\":\"run/c-1\"}}");
      assertThat(server.takeRequest().getTarget())
          .isEqualTo("/v1/batch/jobs?order_by=-created&page=0&page_size=100");
      assertThat(listed.status()).isEqualTo(BatchStatus.COMPLETED);
      assertThat(listed.key()).isEqualTo("run/c-1");
      assertThat(listed.completed()).isEqualTo(1);
      assertThat(listed.failed()).isEqualTo(2);
      assertThat(listed.outputFileId()).isEqualTo("o");
      assertThat(provider.get("5b1").status()).isEqualTo(BatchStatus.EXPIRED);
      assertThat(provider.get("5b1").status()).isEqualTo(BatchStatus.CANCELLING);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://res.openai.azure.com, https://res.openai.azure.com/openai/v1",
    "https://res.openai.azure.com/, https://res.openai.azure.com/openai/v1",
    "https://gate.example/azure, https://gate.example/azure"
  })
  void addThePathOfTheApiToABaseUrlWithoutOne(String given, String called) throws Exception {
    assertThat(
            OpenAiApi.AZURE.address(
                null, Map.of("AZURE_OPENAI_API_KEY", "k", "AZURE_OPENAI_ENDPOINT", given)))
        .hasToString(called);
  }

  @Test
  void takeKeysFromTheirOwnVariablesAndSendThemInTheirOwnHeader() throws Exception {
    assertThatThrownBy(() -> OpenAiApi.GROQ.address(null, Map.of("OPENAI_API_KEY", "k")))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining("GROQ_API_KEY");
    assertThatThrownBy(() -> OpenAiApi.AZURE.address(null, Map.of("AZURE_OPENAI_API_KEY", "k")))
        .isInstanceOf(ProviderSettingsException.class)
        .hasMessageContaining("AZURE_OPENAI_ENDPOINT");
    reply("{\"data\":[]}");
    reply("{\"data\":[]}");
    try (BatchProvider azure = connect(OpenAiApi.AZURE);
        BatchProvider groq = connect(OpenAiApi.GROQ)) {
      azure.list(null, 1);
      groq.list(null, 1);
    }
    assertThat(server.takeRequest().getHeaders().get("api-key")).isEqualTo("secret-key");
    assertThat(server.takeRequest().getHeaders().get("Authorization"))
        .isEqualTo("Bearer secret-key");
  }

  private BatchProvider connect(ProviderApi api) throws ProviderSettingsException {
    return api.connect(
        server.url("/v1").toString(), Map.of(), Map.of(api.keyVariable(), "secret-key"));
  }

  private void reply(String json) {
    server.enqueue(new MockResponse.Builder().code(200).body(json).build());
  }

  private static Upload upload(String line) {
    byte[] content = line.getBytes(StandardCharsets.UTF_8);
    return new Upload("in.jsonl", content.length, () -> new ByteArrayInputStream(content));
  }

  private static Submission submission(InputFile file) {
    return new Submission(
        "run/c-1",
        Map.of(Batch.KEY, "run/c-1"),
        "/v1/chat/completions",
        "m",
        file.id(),
        upload(LINE),
        1);
  }
}
