package io.beambatch.localserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Usage;
import com.anthropic.models.messages.batches.BatchCreateParams;
import com.anthropic.models.messages.batches.BatchListParams;
import com.anthropic.models.messages.batches.MessageBatch;
import com.anthropic.models.messages.batches.MessageBatchIndividualResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anthropic's official SDK, which knows nothing of this server, gets along with it. */
class AnthropicSdkTest {
  private static final String ASK =
      "Classify the sentiment as one of: positive, negative, neutral.";

  private LocalServer server;
  private AnthropicClient client;

  @BeforeEach
  void start() throws IOException {
    start(LocalServerSettings.defaults());
  }

  private void start(LocalServerSettings settings) throws IOException {
    server = LocalServer.start(settings);
    client = client(server, "sk-ant-any");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    server.close();
  }

  @Test
  void runsABatchFromItsRequestsToItsResults() throws Exception {
    MessageBatch created =
        create(
            "a",
            20,
            params -> params.system(ASK).addUserMessage("Works great, I love it!").maxTokens(10));
    assertThat(created.processingStatus()).isEqualTo(MessageBatch.ProcessingStatus.IN_PROGRESS);
    assertThat(created.requestCounts().processing()).isEqualTo(20);
    assertThat(created.expiresAt()).isEqualTo(created.createdAt().plusHours(24));
    assertThat(created.resultsUrl()).isEmpty();

    MessageBatch ended = ended(created.id());

    assertThat(ended.requestCounts().succeeded()).isEqualTo(20);
    assertThat(ended.requestCounts().processing()).isZero();
    assertThat(ended.endedAt()).isPresent();
    assertThat(ended.resultsUrl())
        .hasValue(server.rootUrl() + "/v1/messages/batches/" + ended.id() + "/results");
    Map<String, MessageBatchIndividualResponse> results = results(ended.id());
    assertThat(results).hasSize(20).containsKeys("a-0", "a-19");
    Message message = results.get("a-7").result().asSucceeded().message();
    assertThat(message.model().asString()).isEqualTo("claude-haiku-4-5-simulated");
    assertThat(message.content().get(0).asText().text()).isEqualTo("positive");
    assertThat(message.stopReason()).hasValue(StopReason.END_TURN);
    assertThat(message.usage().inputTokens()).isPositive();
  }

  @Test
  void tellsOfEachRequestWhatIsWrongWithIt() throws Exception {
    String id = create("a", 1, params -> params.addUserMessage("Hello").maxTokens(0)).id();

    MessageBatch ended = ended(id);

    assertThat(ended.requestCounts().errored()).isEqualTo(1);
    assertThat(results(id).get("a-0").result().asErrored().error().error().message())
        .startsWith("max_tokens: ");
  }

  @Test
  void cancelsABatchAndKeepsWhatWasAnswered() throws Exception {
    server.faults(Faults.none().with(BatchFault.first(1, BatchFault.Kind.STUCK).at(0.5)));
    String id = create("a", 10, params -> params.addUserMessage("Hello").maxTokens(5)).id();
    while (server.timesAnswered().size() < 5) {
      Thread.onSpinWait();
    }

    MessageBatch cancelling = client.messages().batches().cancel(id);
    assertThat(cancelling.cancelInitiatedAt()).isPresent();
    MessageBatch ended = ended(id);

    assertThat(ended.requestCounts().succeeded()).isEqualTo(5);
    assertThat(ended.requestCounts().canceled()).isEqualTo(5);
    assertThat(results(id).values().stream().filter(line -> line.result().isCanceled())).hasSize(5);
  }

  @Test
  void expiresWithAPartOfTheRequestsAnswered() throws Exception {
    server.faults(Faults.none().with(BatchFault.first(1, BatchFault.Kind.EXPIRE).at(0.3)));
    MessageBatch ended =
        ended(create("a", 10, params -> params.addUserMessage("Hello").maxTokens(5)).id());

    assertThat(ended.requestCounts().expired()).isEqualTo(7);
    assertThat(results(ended.id()).values().stream().filter(line -> line.result().isExpired()))
        .hasSize(7);
  }

  @Test
  void listsBatchesInBothDirectionsAndDeletesThem() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(0, create("b" + i, 1, params -> params.addUserMessage("Hi").maxTokens(5)).id());
    }
    assertThat(
            client
                .messages()
                .batches()
                .list(BatchListParams.builder().limit(2).build())
                .autoPager())
        .extracting(MessageBatch::id)
        .isEqualTo(ids);
    assertThat(
            client
                .messages()
                .batches()
                .list(BatchListParams.builder().beforeId(ids.get(3)).limit(2).build())
                .items())
        .extracting(MessageBatch::id)
        .isEqualTo(ids.subList(1, 3));

    ended(ids.get(0));
    assertThatThrownBy(() -> client.messages().batches().cancel(ids.get(0)))
        .isInstanceOf(BadRequestException.class);
    assertThat(client.messages().batches().delete(ids.get(0)).validate().id())
        .isEqualTo(ids.get(0));
    assertThatThrownBy(() -> client.messages().batches().retrieve(ids.get(0)))
        .isInstanceOf(NotFoundException.class);
    assertThat(server.stats().batchesCreated()).isEqualTo(5);
  }

  @Test
  void losesTheReplyOfABatchThatItCreated() throws Exception {
    server.faults(
        Faults.none().with(CallFault.first(1, "create_batch", CallFault.Kind.LOST_REPLY)));

    assertThatThrownBy(() -> create("a", 3, params -> params.addUserMessage("Hello").maxTokens(5)))
        .hasMessageContaining("Request failed");

    List<MessageBatch> batches = client.messages().batches().list().items();
    assertThat(batches).hasSize(1);
    assertThat(ended(batches.get(0).id()).requestCounts().succeeded()).isEqualTo(3);
  }

  @Test
  void tellsErrorsAsTheSdkExpectsThem() throws Exception {
    assertThatThrownBy(() -> client.messages().batches().retrieve("msgbatch_none"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("msgbatch_none");
    server.faults(Faults.none().with(CallFault.first(1, "list_batches", CallFault.Kind.ERROR_503)));
    assertThatThrownBy(() -> client.messages().batches().list())
        .isInstanceOfSatisfying(
            AnthropicServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(529));
    stop();
    start(LocalServerSettings.defaults().withEnqueuedRequestLimit(5).withApiKey("right"));
    client.close();
    client = client(server, "right");
    assertThatThrownBy(() -> create("a", 6, params -> params.addUserMessage("Hi").maxTokens(5)))
        .isInstanceOf(RateLimitException.class);
    AnthropicClient wrong = client(server, "wrong");
    assertThatThrownBy(() -> wrong.messages().batches().list())
        .isInstanceOf(UnauthorizedException.class);
    wrong.close();
  }

  @Test
  void refusesBatchesOverItsLimitsAndWithDoubledIds() throws Exception {
    stop();
    start(LocalServerSettings.defaults().withMaxRequests(3).withMaxBytes(2_000));
    assertThatThrownBy(() -> create("a", 4, params -> params.addUserMessage("Hi").maxTokens(5)))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("at most 3 items");
    assertThatThrownBy(
            () -> create("a", 1, params -> params.addUserMessage("x".repeat(2_000)).maxTokens(5)))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(413));
    BatchCreateParams.Request request =
        request("same", params -> params.addUserMessage("Hi").maxTokens(5));
    assertThatThrownBy(
            () ->
                client
                    .messages()
                    .batches()
                    .create(
                        BatchCreateParams.builder().requests(List.of(request, request)).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("requests.1.custom_id");
    assertThat(client.messages().batches().list().items()).isEmpty();
  }

  @Test
  void aBatchReadsFromTheCacheWhatAnEarlierOneHasWritten() throws Exception {
    TextBlockParam constant =
        TextBlockParam.builder()
            .text(ASK + " " + "Be fair. ".repeat(600))
            .cacheControl(
                CacheControlEphemeral.builder().ttl(CacheControlEphemeral.Ttl.TTL_1H).build())
            .build();
    Consumer<BatchCreateParams.Request.Params.Builder> request =
        params ->
            params.systemOfTextBlockParams(List.of(constant)).addUserMessage("Awful.").maxTokens(5);

    assertThat(usages(create("a", 3, request)))
        .as("side by side")
        .hasSize(3)
        .allSatisfy(
            usage -> {
              assertThat(usage.cacheCreationInputTokens().orElse(0L)).isGreaterThan(1_024);
              assertThat(usage.cacheReadInputTokens()).hasValue(0L);
            });
    assertThat(usages(create("b", 10, request)))
        .hasSize(10)
        .allSatisfy(
            usage -> {
              assertThat(usage.cacheCreationInputTokens()).hasValue(0L);
              assertThat(usage.cacheReadInputTokens().orElse(0L)).isGreaterThan(1_024);
            });
  }

  private List<Usage> usages(MessageBatch batch) throws Exception {
    return results(ended(batch.id()).id()).values().stream()
        .map(line -> line.result().asSucceeded().message().usage())
        .toList();
  }

  private MessageBatch create(
      String name, int requests, Consumer<BatchCreateParams.Request.Params.Builder> params) {
    BatchCreateParams.Builder batch = BatchCreateParams.builder();
    for (int i = 0; i < requests; i++) {
      batch.addRequest(request(name + "-" + i, params));
    }
    return client.messages().batches().create(batch.build()).validate();
  }

  private static BatchCreateParams.Request request(
      String customId, Consumer<BatchCreateParams.Request.Params.Builder> params) {
    BatchCreateParams.Request.Params.Builder body =
        BatchCreateParams.Request.Params.builder().model("claude-haiku-4-5");
    params.accept(body);
    return BatchCreateParams.Request.builder().customId(customId).params(body.build()).build();
  }

  private MessageBatch ended(String id) throws InterruptedException {
    server.awaitBatches(Duration.ofSeconds(30));
    MessageBatch batch = client.messages().batches().retrieve(id).validate();
    assertThat(batch.processingStatus()).isEqualTo(MessageBatch.ProcessingStatus.ENDED);
    return batch;
  }

  private Map<String, MessageBatchIndividualResponse> results(String id) {
    try (StreamResponse<MessageBatchIndividualResponse> results =
        client.messages().batches().resultsStreaming(id)) {
      return results.stream()
          .map(MessageBatchIndividualResponse::validate)
          .collect(Collectors.toMap(MessageBatchIndividualResponse::customId, line -> line));
    }
  }

  private static AnthropicClient client(LocalServer server, String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(server.rootUrl().toString())
        .apiKey(key)
        .maxRetries(0)
        .responseValidation(true)
        .build();
  }
}
