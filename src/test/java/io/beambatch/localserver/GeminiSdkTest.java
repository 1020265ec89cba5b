package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.genai.Client;
import com.google.genai.errors.ApiException;
import com.google.genai.types.BatchJob;
import com.google.genai.types.BatchJobSource;
import com.google.genai.types.CreateBatchJobConfig;
import com.google.genai.types.CreateEmbeddingsBatchJobConfig;
import com.google.genai.types.DownloadFileConfig;
import com.google.genai.types.EmbeddingsBatchJobSource;
import com.google.genai.types.File;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.JobState;
import com.google.genai.types.ListBatchJobsConfig;
import com.google.genai.types.SingleEmbedContentResponse;
import com.google.genai.types.UploadFileConfig;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Google's official SDK, which knows nothing of this server, gets along with it. */
class GeminiSdkTest {
  private static final String MODEL = "gemini-2.5-flash";

  private @TempDir Path dir;
  private LocalServer server;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    server = LocalServer.start(LocalServerSettings.defaults());
    client = client(server);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void runsABatchFromItsFileToItsResults() throws Exception {
    File file = upload("in", lines(20, "Works great, I love it!"));
    assertThat(file.name().orElseThrow()).startsWith("files/");
    assertThat(file.displayName()).hasValue("in");
    assertThat(file.sizeBytes()).hasValue((long) lines(20, "Works great, I love it!").length);

    BatchJob created = create(file, "run-1");
    assertThat(created.displayName()).hasValue("run-1");
    assertThat(created.state().orElseThrow().knownEnum())
        .isIn(JobState.Known.JOB_STATE_PENDING, JobState.Known.JOB_STATE_RUNNING);

    BatchJob ended = ended(created);

    assertThat(ended.state().orElseThrow().knownEnum())
        .isEqualTo(JobState.Known.JOB_STATE_SUCCEEDED);
    assertThat(ended.model()).hasValue("models/" + MODEL);
    Map<String, JsonNode> results = results(ended);
    assertThat(results).hasSize(20).containsKeys("k-0", "k-19");
    GenerateContentResponse response =
        GenerateContentResponse.fromJson(results.get("k-3").get("response").toString());
    assertThat(response.text()).isEqualTo("positive");
    assertThat(response.modelVersion()).hasValue(MODEL + "-simulated");
    assertThat(response.finishReason().toString()).isEqualTo("STOP");
    assertThat(response.usageMetadata().orElseThrow().promptTokenCount().orElseThrow())
        .isPositive();
  }

  @Test
  void countsThoughtsApartFromTheAnswer() throws Exception {
    byte[] line =
        "{\"key\":\"k\",\"request\":{\"contents\":[{\"parts\":[{\"text\":\"Hello there\"}]}],\"generation_config\":{\"thinking_config\":{\"thinking_budget\":5}}}}"
            .getBytes(StandardCharsets.UTF_8);
    GenerateContentResponse response =
        GenerateContentResponse.fromJson(
            results(ended(create(upload("in", line), "a"))).get("k").get("response").toString());

    assertThat(response.usageMetadata().orElseThrow().thoughtsTokenCount()).hasValue(5);
  }

  @Test
  void embedsTexts() throws Exception {
    byte[] line =
        "{\"key\":\"k\",\"request\":{\"content\":{\"parts\":[{\"text\":\"Hello\"}]},\"output_dimensionality\":8}}"
            .getBytes(StandardCharsets.UTF_8);
    File file = upload("in", line);
    BatchJob ended =
        ended(
            client.batches.createEmbeddings(
                "gemini-embedding-001",
                EmbeddingsBatchJobSource.builder().fileName(file.name().orElseThrow()).build(),
                CreateEmbeddingsBatchJobConfig.builder().displayName("e").build()));

    SingleEmbedContentResponse response =
        SingleEmbedContentResponse.fromJson(results(ended).get("k").get("response").toString());
    assertThat(response.embedding().orElseThrow().values().orElseThrow()).hasSize(8);
    assertThat(response.tokenCount()).hasValue(2L);
  }

  @Test
  void tellsOfEachRequestWhatIsWrongWithItAndOfAFileThatIsntJson() throws Exception {
    BatchJob ended =
        ended(
            create(
                upload("in", "{\"key\":\"k\",\"request\":{}}".getBytes(StandardCharsets.UTF_8)),
                "a"));
    assertThat(results(ended).get("k").at("/error/code").intValue()).isEqualTo(3);

    BatchJob failed = ended(create(upload("in", "nonsense".getBytes(StandardCharsets.UTF_8)), "b"));
    assertThat(failed.state().orElseThrow().knownEnum()).isEqualTo(JobState.Known.JOB_STATE_FAILED);
    RawClient raw = new RawClient(server);
    JsonNode operation =
        raw.send(
                HttpRequest.newBuilder(
                        server.rootUrl().resolve("/v1beta/" + failed.name().orElseThrow()))
                    .header("x-goog-api-key", "any")
                    .build())
            .json();
    assertThat(operation.at("/error/code").intValue()).isEqualTo(3);
    assertThat(operation.at("/error/message").asText()).contains("JSON");
  }

  @Test
  void listsBatchesAndFilesPageByPageAndDeletesThem() throws Exception {
    File file = upload("in", lines(1, "Hi"));
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.add(0, create(file, "b" + i).name().orElseThrow());
    }
    List<String> listed = new ArrayList<>();
    client
        .batches
        .list(ListBatchJobsConfig.builder().pageSize(2).build())
        .forEach(job -> listed.add(job.name().orElseThrow()));
    assertThat(listed).isEqualTo(names);

    server.awaitBatches(Duration.ofSeconds(30));
    client.batches.delete(names.get(0), null);
    assertThatThrownBy(() -> client.batches.get(names.get(0), null))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
    client.files.delete(file.name().orElseThrow(), null);
    assertThatThrownBy(() -> client.files.get(file.name().orElseThrow(), null))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(403));
  }

  @Test
  void cancelsABatchAndShowsWhatWasAnswered() throws Exception {
    server.faults(Faults.none().with(BatchFault.first(1, BatchFault.Kind.STUCK).at(0.5)));
    BatchJob created = create(upload("in", lines(10, "Hi")), "a");
    while (server.timesAnswered().size() < 5) {
      Thread.onSpinWait();
    }
    client.batches.cancel(created.name().orElseThrow(), null);

    BatchJob ended = ended(created);

    assertThat(ended.state().orElseThrow().knownEnum())
        .isEqualTo(JobState.Known.JOB_STATE_CANCELLED);
    assertThat(results(ended)).hasSize(5);
  }

  @Test
  void makesAnotherBatchOfACreationThatIsSentAgain() throws Exception {
    File file = upload("in", lines(3, "Hi"));
    server.faults(
        Faults.none().with(CallFault.first(1, "create_batch", CallFault.Kind.LOST_REPLY)));

    create(file, "mine"); // the SDK sends it again by itself, and knows of one batch

    List<BatchJob> batches = new ArrayList<>();
    client.batches.list(null).forEach(batches::add);
    assertThat(batches)
        .hasSize(2)
        .allSatisfy(batch -> assertThat(batch.displayName()).hasValue("mine"));
  }

  @Test
  void tellsErrorsAsTheSdkExpectsThem() throws Exception {
    server.faults(
        Faults.none().with(CallFault.first(1, "list_batches", CallFault.Kind.RATE_LIMIT)));
    assertThatThrownBy(() -> client.batches.list(null))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.code()).isEqualTo(429);
              assertThat(e.status()).isEqualTo("RESOURCE_EXHAUSTED");
            });
    File gone = File.builder().name("files/none").build();
    assertThatThrownBy(() -> create(gone, "a"))
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(404));
    try (LocalServer locked =
            LocalServer.start(LocalServerSettings.defaults().withApiKey("right"));
        Client wrong = client(locked)) {
      assertThatThrownBy(() -> wrong.batches.list(null))
          .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.code()).isEqualTo(400))
          .hasMessageContaining("API key not valid");
    }
  }

  private static byte[] lines(int count, String text) {
    return String.join(
            "\n",
            IntStream.range(0, count)
                .mapToObj(
                    i ->
                        "{\"key\":\"k-%d\",\"request\":{\"systemInstruction\":{\"parts\":[{\"text\":\"Classify the sentiment as one of: positive, negative, neutral.\"}]},\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"%s\"}]}]}}"
                            .formatted(i, text))
                .toList())
        .getBytes(StandardCharsets.UTF_8);
  }

  private File upload(String name, byte[] bytes) {
    return client.files.upload(
        bytes, UploadFileConfig.builder().displayName(name).mimeType("jsonl").build());
  }

  private BatchJob create(File file, String displayName) {
    return client.batches.create(
        MODEL,
        BatchJobSource.builder().fileName(file.name().orElseThrow()).build(),
        CreateBatchJobConfig.builder().displayName(displayName).build());
  }

  private BatchJob ended(BatchJob job) throws InterruptedException {
    server.awaitBatches(Duration.ofSeconds(30));
    return client.batches.get(job.name().orElseThrow(), null);
  }

  private Map<String, JsonNode> results(BatchJob job) throws IOException {
    String name = job.dest().orElseThrow().fileName().orElseThrow();
    Path file = dir.resolve("results.jsonl");
    client.files.download(name, file.toString(), DownloadFileConfig.builder().build());
    Map<String, JsonNode> results = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode json = RawClient.MAPPER.readTree(line);
      results.put(json.get("key").asText(), json);
    }
    return results;
  }

  private static Client client(LocalServer server) {
    return Client.builder()
        .apiKey("AIza-any")
        .vertexAI(false)
        .httpOptions(
            HttpOptions.builder()
                .baseUrl(server.rootUrl().toString())
                .apiVersion("v1beta")
                .retryOptions(HttpRetryOptions.builder().attempts(1).build())
                .build())
        .build();
  }
}
