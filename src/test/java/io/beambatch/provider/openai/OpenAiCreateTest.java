package io.beambatch.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.beambatch.provider.Batch;
import io.beambatch.provider.BatchStatus;
import io.beambatch.provider.ProviderException;
import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.http.Retries;
import io.beambatch.provider.http.Timeouts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiCreateTest extends ProviderFixture {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Map<String, String> METADATA = Map.of("chunk", "c-1");

  @Test
  void createSendsFileEndpointWindowAndMetadata() throws Exception {
    then(json(200, batch("validating")));

    Batch batch = provider.create("file-in", "/v1/chat/completions", METADATA);

    RecordedRequest request = taken().get(0);
    assertThat(calls()).containsExactly("POST /v1/batches");
    assertThat(request.getHeaders().get("content-type")).isEqualTo("application/json");
    assertThat(new ObjectMapper().readTree(request.getBody().utf8()))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"input_file_id\":\"file-in\",\"endpoint\":\"/v1/chat/completions\","
                        + "\"completion_window\":\"24h\",\"metadata\":{\"chunk\":\"c-1\"}}"));
    assertThat(batch)
        .isEqualTo(
            new Batch(
                "batch_1",
                BatchStatus.VALIDATING,
                "/v1/chat/completions",
                "file-in",
                null,
                null,
                Instant.ofEpochSecond(1711471533),
                3,
                2,
                1,
                List.of(),
                METADATA));
  }

  static Stream<Named<MockResponse>> lostReplies() {
    return Stream.of(
        Named.of("none", dropped()),
        Named.of("half a body", shortened(200, 5000, "{\"id\":\"batch_1\"")),
        Named.of("half an error", shortened(400, 5000, "{\"error\":")),
        Named.of("not HTTP", new MockResponse.Builder().status("hello").build()),
        Named.of("not JSON", json(200, "<html>Welcome</html>")),
        Named.of("empty", json(200, "")),
        Named.of("no id", json(200, "{\"object\":\"batch\"}")),
        Named.of("an array", json(200, "[]")),
        Named.of("too large", json(200, "[" + " ".repeat((16 << 20)) + "]")));
  }

  @ParameterizedTest
  @MethodSource("lostReplies")
  void createWithoutAReadableReplyIsUnknownAndNeverRepeated(MockResponse reply) {
    then(reply, json(200, batch("validating")));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure)
        .hasMessageContaining("POST " + baseUrl() + "/batches")
        .hasMessageNotContaining("Exception")
        .hasNoCause();
    assertThat(taken()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void createThatGetsItsReplyTooLateIsUnknown() {
    then(stalled(200, 100, "{"));

    ProviderException failure =
        failureOf(
            () ->
                create(
                    provider(
                        Retries.DEFAULT, new Timeouts(TIMEOUT, Duration.ofMillis(300), TIMEOUT))));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("within 300 ms");
    assertThat(taken()).hasSize(1);
  }

  /** OkHttp by itself sends a POST again after 408, 421 and 503, and after broken connections. */
  static Stream<Named<MockResponse>> whatMakesClientsSendAgain() {
    return Stream.of(
        Named.of("408", json(408, "")),
        Named.of("408 at once", json(408, "", "Retry-After: 0", "Connection: close")),
        Named.of("421", json(421, "")),
        Named.of("429 at once", json(429, "", "Retry-After: 0")),
        Named.of("503 at once", json(503, "", "Retry-After: 0")),
        Named.of("504", json(504, "", "Retry-After: 0")),
        Named.of("307", json(307, "", "Location: /v1/batches")),
        Named.of("308", json(308, "", "Location: /v1/batches")),
        Named.of("401", json(401, "", "WWW-Authenticate: Basic realm=\"x\"")),
        Named.of("407", json(407, "", "Proxy-Authenticate: Basic realm=\"x\"")),
        Named.of("closed before the body", hungUp()),
        Named.of("closed in the body", resetInTheBody()),
        Named.of("closed after the body", dropped()),
        Named.of("half a head and no more", shortened(200, 100, "")));
  }

  private static MockResponse resetInTheBody() {
    return new MockResponse.Builder().onRequestBody(new SocketEffect.CloseSocket()).build();
  }

  @ParameterizedTest
  @MethodSource("whatMakesClientsSendAgain")
  void createIsSentOnceOnANewConnection(MockResponse reply) {
    then(reply, json(200, batch("validating")), json(200, batch("validating")));

    failureOf(this::create);

    // A request that breaks off is noted a moment after the client has noticed.
    await().untilAsserted(() -> assertThat(calls()).containsExactly("POST /v1/batches"));
    assertThat(waits).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("whatMakesClientsSendAgain")
  void createIsSentOnceOnAConnectionOfThePool(MockResponse reply) throws Exception {
    then(json(200, batch("in_progress")), reply);
    then(json(200, batch("validating")), json(200, batch("validating")));
    provider.get("batch_1");

    failureOf(this::create);

    await()
        .untilAsserted(
            () ->
                assertThat(calls()).containsExactly("GET /v1/batches/batch_1", "POST /v1/batches"));
    assertThat(taken().get(1).getExchangeIndex()).as("place on its connection").isEqualTo(1);
  }

  @Test
  void createOnAConnectionThatTheServerClosedMeanwhileIsSentOnceAtMost() throws Exception {
    then(
        reply(200, new Buffer().writeUtf8(batch("in_progress")))
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build(),
        json(200, batch("validating")),
        json(200, batch("validating")));
    provider.get("batch_1");

    try {
      provider.create("file-in", "/v1/chat/completions", METADATA);
    } catch (ProviderException e) {
      assertThat(e.kind()).isEqualTo(Kind.NO_REPLY);
    }

    assertThat(calls().stream().filter("POST /v1/batches"::equals).count()).isLessThanOrEqualTo(1);
  }

  @Test
  void createThatTheServerFallsSilentOnIsUnknown() {
    then(stalled(200, 100, "{"));

    ProviderException failure =
        failureOf(
            () ->
                create(
                    provider(
                        Retries.DEFAULT, new Timeouts(TIMEOUT, TIMEOUT, Duration.ofMillis(300)))));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("nothing came for 300 ms");
    assertThat(taken()).hasSize(1);
  }

  @Test
  void createWithHalfAHeadAsItsReplyIsUnknownAndNeverRepeated() throws Exception {
    AtomicInteger connections = new AtomicInteger();
    CompletableFuture<Void> served;
    try (ServerSocket raw = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      served =
          CompletableFuture.runAsync(
              () -> {
                while (true) {
                  try (Socket socket = raw.accept()) {
                    connections.incrementAndGet();
                    socket.getInputStream().read(new byte[1 << 16]);
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Le".getBytes(UTF_8));
                  } catch (IOException closed) {
                    return;
                  }
                }
              });
      String baseUrl = "http://127.0.0.1:" + raw.getLocalPort() + "/v1";

      ProviderException failure = failureOf(() -> create(at(baseUrl)));

      assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    }
    served.get(10, TimeUnit.SECONDS);
    assertThat(connections).hasValue(1);
  }

  private OpenAiProvider at(String baseUrl) {
    return new OpenAiProvider(
        settings(baseUrl, Retries.DEFAULT, Duration.ofSeconds(20)), Clock.systemUTC(), waits::add);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 529})
  void createKeepsTheStatusOfAServersFault(int status) {
    then(json(status, "oops", "x-request-id: req_9"), json(200, batch("validating")));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.requestId()).isEqualTo("req_9");
    assertThat(taken()).hasSize(1);
  }

  @Test
  void createThatIsToldToWaitSaysForHowLong() {
    then(json(429, error("rate_limit_exceeded", "slow"), "Retry-After: 7"));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(taken()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void serverThatCannotBeReachedIsNamed() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    String baseUrl = "http://127.0.0.1:" + port + "/v1";
    OpenAiProvider nobody = at(baseUrl);

    ProviderException failure = failureOf(() -> create(nobody));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining(baseUrl).hasMessageContaining("can't connect");
    assertThat(waits).isEmpty();
  }

  @Test
  void interruptedCreateIsUnknownAndKeepsTheInterrupt() {
    then(stalled(200, 100, "{"));
    Thread.currentThread().interrupt();

    ProviderException failure = failureOf(this::create);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("interrupted");
  }

  private void create() throws ProviderException {
    Batch unexpected = create(provider);
    throw new AssertionError(unexpected);
  }

  private static Batch create(OpenAiProvider provider) throws ProviderException {
    return provider.create("file-in", "/v1/chat/completions", METADATA);
  }
}
