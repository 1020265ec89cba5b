package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.MultipartField;
import com.openai.core.ObjectMappers;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.completions.Completion;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import com.openai.models.moderations.ModerationCreateResponse;
import com.openai.models.responses.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The official SDK, which knows nothing of this server, gets along with it. */
class SdkTest {
  private LocalServer server;
  private OpenAIClient client;

  @BeforeEach
  void start() throws IOException {
    server =
        LocalServer.start(LocalServerSettings.defaults().withMaxRequests(100).withMaxBytes(50_000));
    client = client("sk-any");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void uploadsRetrievesDownloadsAndDeletesAFile() throws IOException {
    FileObject file = upload("a.jsonl", Lines.chats(3));

    assertThat(file.filename()).isEqualTo("a.jsonl");
    assertThat(file.expiresAt()).hasValue(file.createdAt() + 30 * 86_400);
    assertThat(client.files().retrieve(file.id()).validate()).isEqualTo(file);
    assertThat(download(file.id())).isEqualTo(String.join("\n", Lines.chats(3)));
    assertThat(client.files().delete(file.id()).deleted()).isTrue();
    assertThatThrownBy(() -> client.files().retrieve(file.id()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No such File object: " + file.id());
  }

  @Test
  void listsFilesPageByPageNewestFirst() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(0, upload("f" + i + ".jsonl", Lines.chats(1)).id());
    }

    assertThat(client.files().list(FileListParams.builder().limit(3).build()).autoPager())
        .extracting(FileObject::id)
        .isEqualTo(ids);
    assertThat(client.files().list(FileListParams.builder().purpose("user_data").build()).items())
        .isEmpty();
  }

  @Test
  void runsABatchFromUploadToResults() throws IOException {
    Batch created =
        create(upload("in.jsonl", Lines.chats(20)), BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS);
    assertThat(created.status()).isEqualTo(Batch.Status.VALIDATING);
    assertThat(created.expiresAt()).hasValue(created.createdAt() + 86_400);
    assertThat(created.metadata().orElseThrow()._allProperties())
        .containsEntry("chunk", JsonValue.from("c-1"));

    Batch batch = await(created.id()).validate();

    assertThat(batch.status()).isEqualTo(Batch.Status.COMPLETED);
    assertThat(batch.model()).hasValue("gpt-4o-mini");
    assertThat(batch.requestCounts().orElseThrow().completed()).isEqualTo(20);
    assertThat(batch.errorFileId()).isEmpty();
    List<String> lines = download(batch.outputFileId().orElseThrow()).lines().toList();
    assertThat(lines).hasSize(20);
    long tokens = 0;
    for (String line : lines) {
      ChatCompletion answer = body(line, ChatCompletion.class).validate();
      assertThat(answer.model()).isEqualTo("gpt-4o-mini-simulated");
      assertThat(answer.choices().get(0).finishReason())
          .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
      tokens += answer.usage().orElseThrow().totalTokens();
    }
    assertThat(batch.usage().orElseThrow().totalTokens()).isEqualTo(tokens);
  }

  @Test
  void listsBatchesPageByPageNewestFirst() {
    FileObject file = upload("in.jsonl", Lines.chats(1));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(0, create(file, BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS).id());
    }

    assertThat(client.batches().list(BatchListParams.builder().limit(2).build()).autoPager())
        .extracting(Batch::id)
        .isEqualTo(ids);
  }

  @Test
  void refusesToCancelABatchThatHasCompleted() {
    Batch batch =
        await(
            create(
                    upload("in.jsonl", Lines.chats(1)),
                    BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .id());

    assertThatThrownBy(() -> client.batches().cancel(batch.id()))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(409))
        .hasMessageContaining("Cannot cancel a batch with status 'completed'.");
  }

  @Test
  void answersEveryEndpointInItsOwnShape() throws IOException {
    ChatCompletion chat =
        answer(
            Lines.chat("a"), BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS, ChatCompletion.class);
    assertThat(chat.validate().choices()).hasSize(1);
    Response response =
        answer(
            Lines.line(
                "a",
                "/v1/responses",
                "{\"model\":\"gpt-4o\",\"instructions\":\"Be brief.\",\"input\":\"Hello there\"}"),
            BatchCreateParams.Endpoint.V1_RESPONSES,
            Response.class);
    assertThat(
            response.validate().output().get(0).asMessage().content().get(0).asOutputText().text())
        .isEqualTo("In short: Hello there");
    CreateEmbeddingResponse embedding =
        answer(
            Lines.line(
                "a",
                "/v1/embeddings",
                "{\"model\":\"text-embedding-3-small\",\"input\":[\"one\",\"two\"]}"),
            BatchCreateParams.Endpoint.V1_EMBEDDINGS,
            CreateEmbeddingResponse.class);
    assertThat(embedding.validate().data()).hasSize(2);
    assertThat(embedding.data().get(0).embedding()).hasSize(1536);
    Completion completion =
        answer(
            Lines.line(
                "a",
                "/v1/completions",
                "{\"model\":\"gpt-3.5-turbo-instruct\",\"prompt\":\"Once upon a time\"}"),
            BatchCreateParams.Endpoint.V1_COMPLETIONS,
            Completion.class);
    assertThat(completion.validate().choices().get(0).text()).contains("Once upon a time");
    ModerationCreateResponse moderation =
        answer(
            Lines.line("a", "/v1/moderations", "{\"input\":[\"I will kill you\",\"Good day\"]}"),
            BatchCreateParams.Endpoint.of("/v1/moderations"),
            ModerationCreateResponse.class);
    assertThat(moderation.validate().results().get(0).categories().violence()).isTrue();
    assertThat(moderation.results().get(1).flagged()).isFalse();
  }

  @Test
  void tellsErrorsAsTheSdkExpectsThem() throws IOException {
    assertThatThrownBy(() -> client.batches().retrieve("batch_none"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("No batch found with id 'batch_none'.");
    assertThatThrownBy(() -> upload("in.csv", Lines.chats(1)))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("Must be .jsonl");
    assertThatThrownBy(() -> upload("in.jsonl", List.of("x".repeat(50_001))))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("File is too large.");
    try (LocalServer locked =
        LocalServer.start(LocalServerSettings.defaults().withApiKey("sk-right"))) {
      OpenAIClient wrong =
          OpenAIOkHttpClient.builder()
              .baseUrl(locked.baseUrl().toString())
              .apiKey("sk-wrong")
              .build();
      assertThatThrownBy(() -> wrong.batches().list())
          .isInstanceOfSatisfying(
              UnauthorizedException.class, e -> assertThat(e.code()).hasValue("invalid_api_key"))
          .hasMessageNotContaining("sk-wrong");
      wrong.close();
    }
  }

  private <T> T answer(String line, BatchCreateParams.Endpoint endpoint, Class<T> type)
      throws IOException {
    Batch batch = await(create(upload("in.jsonl", List.of(line)), endpoint).id());
    assertThat(batch.outputFileId()).as(batch.toString()).isPresent();
    return body(download(batch.outputFileId().orElseThrow()), type);
  }

  private static <T> T body(String line, Class<T> type) throws IOException {
    return ObjectMappers.jsonMapper()
        .treeToValue(RawClient.MAPPER.readTree(line).at("/response/body"), type);
  }

  private OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey(key)
        .responseValidation(true)
        .build();
  }

  private FileObject upload(String name, List<String> lines) {
    byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return client
        .files()
        .create(
            FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(
                    MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(bytes))
                        .filename(name)
                        .build())
                .build());
  }

  private Batch create(FileObject file, BatchCreateParams.Endpoint endpoint) {
    return client
        .batches()
        .create(
            BatchCreateParams.builder()
                .inputFileId(file.id())
                .endpoint(endpoint)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .metadata(
                    BatchCreateParams.Metadata.builder()
                        .putAdditionalProperty("chunk", JsonValue.from("c-1"))
                        .build())
                .build());
  }

  private Batch await(String id) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(30));
    while (true) {
      Batch batch = client.batches().retrieve(id);
      if (List.of(Batch.Status.COMPLETED, Batch.Status.FAILED).contains(batch.status())) {
        return batch;
      }
      assertThat(Instant.now()).isBefore(deadline);
    }
  }

  private String download(String id) throws IOException {
    try (HttpResponse response = client.files().content(id)) {
      return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
