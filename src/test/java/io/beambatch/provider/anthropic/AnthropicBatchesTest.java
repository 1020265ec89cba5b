package io.beambatch.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.beambatch.emulator.PromptReplies;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchPage;
import io.beambatch.provider.BatchProvider.Upload;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.Submission;
import io.beambatch.provider.http.Network;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.junit5.StartStop;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls against replies as the documentation has them. */
class AnthropicBatchesTest {
  private static final String KEY = "sk-ant-secret-0123456789";
  private static final String LINES =
      """
      {"custom_id":"p-0","params":{"model":"m","messages":[]}}
      {"custom_id":"p-1","params":{"model":"m","messages":[]}}
      """;

  @StartStop final MockWebServer server = PromptReplies.server();
  private final List<Duration> waits = new ArrayList<>();
  private AnthropicBatches provider;

  @BeforeEach
  void start() throws Exception {
    provider = provider(Map.of());
  }

  private AnthropicBatches provider(Map<String, String> headers) throws Exception {
    return AnthropicApi.connect(
        AnthropicApi.INSTANCE.api(
            server.url("/").toString(), headers, Map.of("ANTHROPIC_API_KEY", KEY)),
        Network.DEFAULT,
        waits::add);
  }

  @AfterEach
  void stop() {
    provider.close();
  }

  @Test
  void createStreamsTheRequestsAsOneBodyOfKnownLength() throws Exception {
    then(200, batch("in_progress", 2, 0, 0, 0, 0, null));

    Batch batch = provider.create(submission(LINES));

    RecordedRequest request = take();
    assertThat(request.getMethod() + " " + request.getTarget())
        .isEqualTo("POST /v1/messages/batches");
    assertThat(request.getHeaders().get("x-api-key")).isEqualTo(KEY);
    assertThat(request.getHeaders().get("anthropic-version")).isEqualTo("2023-06-01");
    assertThat(request.getHeaders().get("content-type")).isEqualTo("application/json");
    String body = request.getBody().utf8();
    assertThat(request.getHeaders().get("content-length")).isEqualTo(String.valueOf(body.length()));
    assertThat(new ObjectMapper().readTree(body).get("requests")).hasSize(2);
    assertThat(body).startsWith("{\"requests\":[{\"custom_id\":\"p-0\"").endsWith("}]}");
    assertThat(batch.id()).isEqualTo("msgbatch_1");
    assertThat(batch.total()).isEqualTo(2);
    assertThat(batch.status()).isEqualTo(BatchStatus.IN_PROGRESS);
    assertThat(batch.createdAt()).isEqualTo(Instant.parse("2026-08-20T18:37:24.100435Z"));
  }

  @Test
  void headersOfTheJobGoAlong() throws Exception {
    then(200, batch("in_progress", 2, 0, 0, 0, 0, null));
    try (AnthropicBatches beta = provider(Map.of("anthropic-beta", "output-300k-2026-03-24"))) {
      beta.create(submission(LINES));
    }
    assertThat(take().getHeaders().get("anthropic-beta")).isEqualTo("output-300k-2026-03-24");
  }

  @ParameterizedTest
  @CsvSource({
    "500, api_error, UNAVAILABLE",
    "504, timeout_error, UNAVAILABLE",
    "529, overloaded_error, UNAVAILABLE",
    "429, rate_limit_error, UNAVAILABLE",
    "413, request_too_large, INVALID_REQUEST",
    "402, billing_error, INSUFFICIENT_QUOTA",
    "401, authentication_error, UNAUTHORIZED"
  })
  void creationIsSentOnceWhateverTheReply(int status, String type, Kind kind) {
    then(status, error(type, "said so"), "request-id", "req_7", "retry-after", "13");

    ProviderException failure = failureOf(() -> provider.create(submission(LINES)));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.requestId()).isEqualTo("req_7");
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(13));
    assertThat(failure).hasMessageContaining(type).hasMessageContaining("said so");
    assertThat(server.getRequestCount()).isEqualTo(1);
  }

  @Test
  void accountWithoutCreditIsNoFaultOfTheRequest() {
    then(400, error("invalid_request_error", "Your credit balance is too low to access the API."));

    assertThat(failureOf(() -> provider.create(submission(LINES))).kind())
        .isEqualTo(Kind.INSUFFICIENT_QUOTA);
  }

  @Test
  void otherCallsAreSentAgainAsLongAsTheProviderAsks() throws Exception {
    then(529, error("overloaded_error", "busy"), "retry-after", "7");
    then(200, batch("in_progress", 2, 0, 0, 0, 0, null));

    assertThat(provider.get("msgbatch_1").id()).isEqualTo("msgbatch_1");
    assertThat(waits).containsExactly(Duration.ofSeconds(7));
  }

  @Test
  void listsPagesByTheLastBatch() throws Exception {
    then(200, "{\"data\":[" + batch("ended", 0, 1, 0, 0, 0, "u") + "],\"has_more\":true}");
    then(200, "{\"data\":[],\"has_more\":false}");

    BatchPage page = provider.list(null, 100);
    assertThat(page.hasMore()).isTrue();
    assertThat(provider.list("msgbatch_1", 100).batches()).isEmpty();

    assertThat(take().getTarget()).isEqualTo("/v1/messages/batches?limit=100");
    assertThat(take().getTarget()).isEqualTo("/v1/messages/batches?limit=100&after_id=msgbatch_1");
  }

  /** There is no state but ended for what the counts tell. */
  @ParameterizedTest
  @CsvSource({
    "in_progress, 3, 0, 0, 0, 0, , IN_PROGRESS",
    "canceling, 3, 0, 0, 0, 0, , CANCELLING",
    "resting, 3, 0, 0, 0, 0, , IN_PROGRESS",
    "ended, 0, 2, 1, 0, 0, https://api.anthropic.com/r, COMPLETED",
    "ended, 0, 2, 0, 0, 1, https://api.anthropic.com/r, EXPIRED",
    "ended, 0, 2, 0, 1, 0, https://api.anthropic.com/r, CANCELLED"
  })
  void statesFollowFromCounts(
      String word,
      int processing,
      int ok,
      int bad,
      int cancelled,
      int expired,
      String results,
      BatchStatus status)
      throws Exception {
    then(200, batch(word, processing, ok, bad, cancelled, expired, results));

    Batch batch = provider.get("msgbatch_1");

    assertThat(batch.status()).isEqualTo(status);
    assertThat(batch.total()).isEqualTo(3);
    assertThat(batch.completed()).isEqualTo(ok);
    assertThat(batch.hasResults()).isEqualTo(results != null);
    assertThat(batch.hasAllResults()).isEqualTo(results != null);
  }

  @Test
  void resultsAreReadFromTheAddressThatWasNamedAndNoOther() throws Exception {
    then(200, batch("ended", 0, 3, 0, 0, 0, "https://evil.example/results"));
    then(200, "{\"custom_id\":\"p-0\"}\n");

    Batch batch = provider.get("msgbatch_1");
    try (InputStream lines = provider.download(String.valueOf(batch.outputFileId()))) {
      assertThat(new String(lines.readAllBytes(), UTF_8)).isEqualTo("{\"custom_id\":\"p-0\"}\n");
    }
    take();
    assertThat(take().getTarget()).isEqualTo("/v1/messages/batches/msgbatch_1/results");
  }

  @Test
  void batchThatHasEndedIsReturnedByCancel() throws Exception {
    then(400, error("invalid_request_error", "has already ended"));
    then(200, batch("ended", 0, 3, 0, 0, 0, "u"));

    assertThat(provider.cancel("msgbatch_1").status()).isEqualTo(BatchStatus.COMPLETED);
    assertThat(take().getTarget()).isEqualTo("/v1/messages/batches/msgbatch_1/cancel");
  }

  @Test
  void whatIsGoneAlreadyIsDiscardedWithoutAnError() throws Exception {
    then(200, "{\"id\":\"msgbatch_1\",\"type\":\"message_batch_deleted\"}");
    then(404, error("not_found_error", "no such batch"));

    provider.discard(null, "msgbatch_1");
    provider.discard(null, "msgbatch_1");
    provider.discard(null, null);

    RecordedRequest request = take();
    assertThat(request.getMethod() + " " + request.getTarget())
        .isEqualTo("DELETE /v1/messages/batches/msgbatch_1");
    assertThat(server.getRequestCount()).isEqualTo(2);
  }

  @Test
  void keyComesFromTheEnvironmentAndIsNeverShown() throws Exception {
    assertThatThrownBy(() -> AnthropicApi.INSTANCE.connect(null, Map.of(), Map.of()))
        .hasMessageContaining("ANTHROPIC_API_KEY");
    assertThat(
            AnthropicApi.INSTANCE.address(
                null,
                Map.of("ANTHROPIC_API_KEY", KEY, "ANTHROPIC_BASE_URL", "https://gate.example/a/")))
        .hasToString("https://gate.example/a");
    assertThat(provider.toString()).doesNotContain(KEY);
  }

  private static Submission submission(String lines) {
    byte[] bytes = lines.getBytes(UTF_8);
    return new Submission(
        "uid/a1-c0",
        Map.of(),
        "/v1/messages",
        "m",
        null,
        new Upload("in.jsonl", bytes.length, () -> new ByteArrayInputStream(bytes)),
        2);
  }

  private void then(int status, String body, String... headers) {
    MockResponse.Builder reply = new MockResponse.Builder().code(status).body(body);
    for (int i = 0; i < headers.length; i += 2) {
      reply.addHeader(headers[i], headers[i + 1]);
    }
    server.enqueue(reply.build());
  }

  private RecordedRequest take() throws InterruptedException {
    return server.takeRequest(5, TimeUnit.SECONDS);
  }

  private static ProviderException failureOf(ThrowingCallable call) {
    return catchThrowableOfType(ProviderException.class, call);
  }

  private static String error(String type, String message) {
    return "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},\"request_id\":\"r\"}"
        .formatted(type, message);
  }

  private static String batch(
      String state, int processing, int ok, int bad, int cancelled, int expired, String results) {
    return "{\"id\":\"msgbatch_1\",\"type\":\"message_batch\",\"processing_status\":\"%s\","
            .formatted(state)
        + "\"request_counts\":{\"processing\":%d,\"succeeded\":%d,\"errored\":%d,\"canceled\":%d,\"expired\":%d},"
            .formatted(processing, ok, bad, cancelled, expired)
        + "\"created_at\":\"2026-08-20T18:37:24.100435Z\","
        + "\"expires_at\":\"2026-08-21T18:37:24.100435Z\",\"ended_at\":null,"
        + "\"cancel_initiated_at\":"
        + (cancelled > 0 ? "\"2026-08-20T19:00:00Z\"" : "null")
        + ",\"archived_at\":null,\"results_url\":"
        + (results == null ? "null" : '"' + results + '"')
        + "}";
  }
}
