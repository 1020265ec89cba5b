package io.beambatch.provider;

import static io.beambatch.provider.ScriptedServer.dropped;
import static io.beambatch.provider.ScriptedServer.json;
import static io.beambatch.provider.ScriptedServer.raw;
import static io.beambatch.provider.ScriptedServer.shortened;
import static io.beambatch.provider.ScriptedServer.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import io.beambatch.provider.ProviderException.Kind;
import io.beambatch.provider.ScriptedServer.Reply;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiCreateTest extends ProviderFixture {
  private static final Map<String, String> METADATA = Map.of("chunk", "c-1");

  @Test
  void createSendsFileEndpointWindowAndMetadata() throws Exception {
    server.then(json(200, batch("validating")));

    Batch batch = provider.create("file-in", "/v1/chat/completions", METADATA);

    ScriptedServer.Taken request = server.taken().get(0);
    assertThat(server.calls()).containsExactly("POST /v1/batches");
    assertThat(request.headers()).containsEntry("content-type", "application/json");
    assertThat(Json.MAPPER.readTree(request.text()))
        .isEqualTo(
            Json.MAPPER.readTree(
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

  static Stream<Named<Reply>> lostReplies() {
    return Stream.of(
        Named.of("none", dropped()),
        Named.of("half a head", raw("HTTP/1.1 200 OK\r\nContent-Le")),
        Named.of("half a body", shortened(200, 5000, "{\"id\":\"batch_1\"")),
        Named.of("half an error", shortened(400, 5000, "{\"error\":")),
        Named.of("not HTTP", raw("hello\r\n\r\n")),
        Named.of("not JSON", json(200, "<html>Welcome</html>")),
        Named.of("empty", json(200, "")),
        Named.of("no id", json(200, "{\"object\":\"batch\"}")),
        Named.of("an array", json(200, "[]")),
        Named.of("too large", json(200, "[" + " ".repeat(CappedBody.LARGEST_REPLY) + "]")));
  }

  @ParameterizedTest
  @MethodSource("lostReplies")
  void createWithoutAReadableReplyIsUnknownAndNeverRepeated(Reply reply) {
    server.then(reply, json(200, batch("validating")));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("POST " + server.baseUrl() + "/batches");
    assertThat(server.taken()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void createThatGetsItsReplyTooLateIsUnknown() {
    server.then(stalled(200, 100, "{"));

    ProviderException failure =
        failureOf(() -> create(provider(Backoff.DEFAULT, Duration.ofMillis(300))));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("within 300 ms");
    assertThat(server.taken()).hasSize(1);
  }

  @Test
  void createOnAConnectionThatTheServerClosedIsNotSentAgain() throws Exception {
    server.then(json(200, batch("in_progress")), dropped(), json(200, batch("validating")));
    provider.get("batch_1");

    ProviderException failure = failureOf(this::create);

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(server.calls()).containsExactly("GET /v1/batches/batch_1", "POST /v1/batches");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 529})
  void createKeepsTheStatusOfAServersFault(int status) {
    server.then(json(status, "oops", "x-request-id: req_9"), json(200, batch("validating")));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.requestId()).isEqualTo("req_9");
    assertThat(server.taken()).hasSize(1);
  }

  @Test
  void createThatIsToldToWaitSaysForHowLong() {
    server.then(json(429, error("rate_limit_exceeded", "slow"), "Retry-After: 7"));

    ProviderException failure = failureOf(this::create);

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    assertThat(server.taken()).hasSize(1);
    assertThat(waits).isEmpty();
  }

  @Test
  void serverThatCannotBeReachedIsNamed() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    String baseUrl = "http://127.0.0.1:" + port + "/v1";
    OpenAiProvider nobody =
        new OpenAiProvider(
            settings(baseUrl, Backoff.DEFAULT, Duration.ofSeconds(20)),
            Clock.systemUTC(),
            waits::add);

    ProviderException failure = failureOf(() -> create(nobody));

    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining(baseUrl).hasMessageContaining("can't connect");
    assertThat(waits).isEmpty();
  }

  @Test
  void interruptedCreateIsUnknownAndKeepsTheInterrupt() {
    server.then(stalled(200, 100, "{"));
    Thread.currentThread().interrupt();

    ProviderException failure = failureOf(this::create);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure.kind()).isEqualTo(Kind.NO_REPLY);
    assertThat(failure).hasMessageContaining("interrupted");
  }

  @Test
  void createIsSentOnceEvenWhereJavaIsToldToRepeatPosts(@TempDir Path folder) throws Exception {
    server.then(json(200, batch("in_progress")), dropped(), dropped(), json(200, batch("x")));
    Path output = folder.resolve("output");
    Process java =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Djdk.httpclient.enableAllMethodRetry=true",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                CreateInAnotherJvm.class.getName(),
                server.baseUrl())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(java.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      java.destroyForcibly();
    }

    assertThat(Files.readString(output)).contains("kind NO_REPLY");
    assertThat(server.calls()).containsExactly("GET /v1/batches/batch_1", "POST /v1/batches");
    // Java did try: it got no further than the head of the request.
    assertThat(server.broken()).hasSize(1).allMatch(request -> request.length() == 0);
  }

  /** Gets a batch, then creates one on the same connection. */
  static final class CreateInAnotherJvm {
    private CreateInAnotherJvm() {}

    public static void main(String[] baseUrl) throws Exception {
      OpenAiProvider provider =
          OpenAiProvider.connect(baseUrl[0], Map.of("OPENAI_API_KEY", "sk-of-another-jvm"));
      provider.get("batch_1");
      try {
        System.out.println(create(provider));
      } catch (ProviderException e) {
        System.out.println("kind " + e.kind() + " " + e + " " + e.getCause());
      }
    }
  }

  private void create() throws ProviderException {
    Batch unexpected = create(provider);
    throw new AssertionError(unexpected);
  }

  private static Batch create(OpenAiProvider provider) throws ProviderException {
    return provider.create("file-in", "/v1/chat/completions", METADATA);
  }
}
